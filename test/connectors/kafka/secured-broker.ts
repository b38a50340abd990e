import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Broker, ensureJars, freePorts, startBroker } from '../../../local/index.ts';

export type SecuredBroker = {
  readonly broker: Broker;
  /** `host:port` of the listener that asks for TLS and a password. */
  readonly secured: string;
  /** PEM of the certificate that the listener shows. */
  readonly caFile: string;
  /** PEM of a certificate that has nothing to do with this broker. */
  readonly strangerFile: string;
};

export const account = { user: 'live2vod-app', password: 'right-p4ss#word' } as const;
const storePassword = 'changeit';

/** A broker with a SASL_SSL listener (PLAIN and SCRAM) beside its plaintext one, in `folder`. */
export async function startSecuredBroker(folder: string): Promise<SecuredBroker> {
  const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const [own, stranger] = await Promise.all([certificate(folder, 'broker'), certificate(folder, 'stranger')]);
  const [port = 0, controllerPort = 0, securedPort = 0] = await freePorts(3);
  const login = (mechanism: string) => `listener.name.secured.${mechanism}.sasl.jaas.config`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const broker = await startBroker({
    jars: jars.kafka,
    folder: join(folder, 'broker'),
    port,
    controllerPort,
    heapMb: 256,
    extraListeners: [{ name: 'SECURED', port: securedPort, protocol: 'SASL_SSL' }],
    config: {
      'ssl.keystore.location': own.store,
      'ssl.keystore.password': storePassword,
      'ssl.keystore.type': 'PKCS12',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      [login('plain')]:
        `org.apache.kafka.common.security.plain.PlainLoginModule required user_${account.user}="${account.password}";`,
      [login('scram-sha-256')]: scram,
      [login('scram-sha-512')]: scram,
    },
    formatArguments: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${account.user},password=${account.password}]`,
    ]),
  });
  return { broker, secured: `127.0.0.1:${securedPort}`, caFile: own.pem, strangerFile: stranger.pem };
}

/** A self-signed certificate for 127.0.0.1: the key store for the broker, the PEM for those who trust it. */
async function certificate(folder: string, name: string): Promise<{ store: string; pem: string }> {
  const [store, pem] = [join(folder, `${name}.p12`), join(folder, `${name}.pem`)];
  const keytool = async (...args: readonly string[]) =>
    await promisify(execFile)('keytool', [...args, '-alias', name, '-keystore', store, '-storepass', storePassword]);
  const names = ['-dname', `CN=${name}`, '-ext', 'SAN=ip:127.0.0.1,dns:localhost', '-ext', 'bc:c'];
  await keytool('-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-storetype', 'PKCS12', ...names);
  await keytool('-exportcert', '-rfc', '-file', pem);
  return { store, pem };
}
