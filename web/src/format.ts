import { language } from './words.ts';

// Making a formatter takes longer than drawing a row with it.
const formats = {
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }),
  zh: new Intl.DateTimeFormat('zh-CN', { dateStyle: 'medium', timeStyle: 'medium' }),
};

export const dateTime = (ms: number | null) => (ms === null ? '–' : formats[language.current].format(ms));

const times = {
  en: new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }),
  zh: new Intl.DateTimeFormat('zh-CN', { timeStyle: 'medium' }),
};
const short = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const shortTimes = {
  en: new Intl.DateTimeFormat('en-GB', short),
  zh: new Intl.DateTimeFormat('zh-CN', short),
};
/** Without its year: for what is mostly of these days. */
export const shortTime = (ms: number | null) => (ms === null ? '–' : shortTimes[language.current].format(ms));

export const timeOfDay = (ms: number) => times[language.current].format(ms);

/** 3725 → 1:02:05 */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '–';
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

export function bytes(size: number | null): string {
  if (size === null) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
  return `${(size / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}

/** 3.2 s as it is, a minute and more as 0:01:05. */
export const secondsText = (seconds: number | null) =>
  seconds === null ? '–' : seconds < 60 ? `${seconds.toFixed(seconds < 10 ? 2 : 1)} s` : duration(seconds);
