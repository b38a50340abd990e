/**
 * Tells "this cluster will never let us in as we are configured" from "the cluster is away". librdkafka reports both as
 * transport failures and goes on trying; the reason is only in its log lines, and sometimes nowhere.
 */
import { KafkaFault } from './fault.ts';
import { spokenBy } from './listener-probe.ts';
import type { KafkaSettings } from './settings.ts';

type Refusal = { readonly code: string; readonly pattern: RegExp; readonly advice: string };

/** Words of librdkafka, OpenSSL and the broker that no waiting changes. A cut handshake isn't among them. */
const refusals: readonly Refusal[] = [
  {
    code: 'KAFKA_CERTIFICATE_UNTRUSTED',
    pattern: /certificate verify failed/i,
    advice:
      "the broker's certificate is not signed by an authority in KAFKA_SSL_CA_FILE, has expired, or is not made for the host named in KAFKA_BROKERS",
  },
  {
    code: 'KAFKA_CERTIFICATE_REFUSED',
    pattern: /alert (certificate required|bad certificate|unknown ca|certificate expired|certificate unknown)/i,
    advice: 'the broker wants a client certificate that it trusts: check KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE',
  },
  {
    code: 'KAFKA_LOGIN_REFUSED',
    pattern: /SASL authentication error|Authentication failed|Unsupported SASL mechanism/i,
    advice: 'check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM',
  },
  { code: 'KAFKA_DENIED', pattern: /authorization failed/i, advice: "check the user's access rules at the cluster" },
];

/** The fault that a message of the native client stands for; undefined where it may pass by itself. */
export function refusalIn(message: string, brokers: string): KafkaFault | undefined {
  const refusal = refusals.find(({ pattern }) => pattern.test(message));
  if (!refusal) return undefined;
  return new KafkaFault(`Kafka at ${brokers} refuses this client: ${refusal.advice} (${plain(message)})`, {
    code: refusal.code,
    denied: true,
  });
}

/**
 * Asks a broker whether it speaks TLS while the settings don't, or the other way round; undefined where that is
 * not so or no broker answers. A broker that is away must not be taken for a mismatch.
 */
export async function protocolMisfit(settings: KafkaSettings): Promise<KafkaFault | undefined> {
  const protocol = String(settings.librdkafka?.['security.protocol'] ?? 'plaintext');
  const ours = /ssl$/i.test(protocol) ? 'tls' : 'plaintext';
  for (const broker of settings.brokers.split(',')) {
    const theirs = await spokenBy(broker, ours === 'tls' ? 'plaintext' : 'tls');
    if (!theirs) continue;
    const advice =
      ours === 'tls'
        ? `listens without TLS, but KAFKA_SECURITY_PROTOCOL is ${protocol}: set plaintext or sasl_plaintext, or name another port in KAFKA_BROKERS`
        : `listens with TLS, but KAFKA_SECURITY_PROTOCOL is ${protocol}: set ssl or sasl_ssl, or name another port in KAFKA_BROKERS`;
    return new KafkaFault(`Kafka at ${broker} ${advice}`, { code: 'KAFKA_PROTOCOL_MISMATCH', denied: true });
  }
  return undefined;
}

/** A log line without thread, address and timing. */
const plain = (line: string): string =>
  line.replace(/^(\[thrd:[^\]]*\]: )?(\S+:\/\/\S+: )?/, '').replace(/ \(after .*$/, '');
