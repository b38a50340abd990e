import { describe, expect, test } from 'vitest';
import { readSettings, SettingFault, settingTable } from '../../schemas/settings.ts';

const faultOf = (environment: Record<string, string>, file: Record<string, unknown> = {}) => {
  try {
    readSettings(environment, file);
  } catch (error) {
    return error instanceof SettingFault ? error : null;
  }
  return null;
};

describe('settings', () => {
  test('have the documented defaults, and an empty value counts as unset', () => {
    expect(readSettings({ KAFKA_PORT: '' })).toMatchObject({
      LIVE2VOD_HOME: '.live2vod',
      LIVE2VOD_TOPIC_PREFIX: 'live2vod.',
      INGRESS_PORT: 8081,
      CONSOLE_PORT: 8080,
      KAFKA_PORT: 9092,
      REGISTRY_PORT: 8085,
      EMULATOR_PORT: 8090,
    });
  });

  test('the environment wins over the file', () => {
    const file = { INGRESS_PORT: 9000, CONSOLE_PORT: 9001 };
    expect(readSettings({ INGRESS_PORT: '7000' }, file)).toMatchObject({ INGRESS_PORT: 7000, CONSOLE_PORT: 9001 });
  });

  test.each([
    ['KAFKA_PORT', 'abc'],
    ['KAFKA_PORT', '70000'],
    ['KAFKA_BROKERS', 'localhost'],
    ['SCHEMA_REGISTRY_URL', 'ftp://registry'],
    ['LIVE2VOD_TOPIC_PREFIX', 'a b'],
    ['LIVE2VOD_INSTANCE', 'a/b'],
    ['LOG_LEVEL', 'loud'],
    ['VOD_CALLBACK_KEYS', `${'k'.repeat(33)}`],
    // A space would be part of a key: refused by the cloud's signatures only once the other key is gone.
    ['VOD_CALLBACK_KEYS', 'old, new'],
  ])('%s=%s stops the start with one line that names the key and what is accepted', (key, value) => {
    const fault = faultOf({ [key]: value });
    expect(fault?.setting).toBe(key);
    expect(fault?.message).toContain(settingTable[key as keyof typeof settingTable].accepts);
    expect(fault?.message).not.toContain('\n');
  });

  test('never shows a secret', () => {
    expect(faultOf({ VOD_CALLBACK_KEYS: 'TopSecretKeyThatIsTooLongToBeAccepted1' })?.message).not.toContain(
      'TopSecret',
    );
  });

  test('an unknown key is named, in the file and in the environment', () => {
    expect(faultOf({}, { INGRES_PORT: 1 })?.message).toContain('unknown key INGRES_PORT');
    expect(faultOf({ LIVE2VOD_HOEM: 'x' })?.message).toContain('unknown setting LIVE2VOD_HOEM');
  });
});
