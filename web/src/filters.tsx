/** The parts of a filter bar. */
import { useEffect, useState } from 'preact/hooks';
import { codeName } from './names.ts';

const settleMs = 250;

/** What is typed, once nothing was typed for a moment: the console is asked once, not at every key. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function Search(props: { label: string; value: string; onInput: (text: string) => void }) {
  return (
    <input
      type="search"
      placeholder={props.label}
      aria-label={props.label}
      value={props.value}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  );
}

type ChoiceProps = {
  label: string;
  /** The words of the choice that leaves nothing out; none where one must be chosen. */
  all?: string;
  options: readonly string[];
  value: string;
  nameOf?: (option: string) => string;
  onChange: (value: string) => void;
};

export function Choice({ label, all, options, value, nameOf = codeName, onChange }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {all !== undefined && <option value="">{all}</option>}
      {options.map((option) => (
        <option key={option} value={option}>
          {nameOf(option)}
        </option>
      ))}
    </select>
  );
}

/** The console token; it stays in this tab. */
export function TokenInput({ label }: { label: string }) {
  return (
    <input
      name="token"
      type="password"
      required
      autocomplete="off"
      placeholder={label}
      aria-label={label}
      defaultValue={sessionStorage.getItem('token') ?? ''}
      onInput={(event) => sessionStorage.setItem('token', event.currentTarget.value)}
    />
  );
}
