/** The part of `@alicloud/mns` 1.2.0 that is used here; the package has no types. All values are strings. */
declare module '@alicloud/mns' {
  import type { Agent } from 'node:http';

  export type MnsResponse<Body> = { readonly code: number; readonly body: Body | undefined };

  export default class MNS {
    constructor(
      accountId: string,
      options: {
        endpoint?: string;
        region?: string;
        secure?: boolean;
        accessKeyId: string;
        accessKeySecret: string;
        securityToken?: string;
        /** Of every call that says none of its own, in milliseconds. Default 40,000. */
        readTimeout?: number;
        /** Likewise; an idle time-out of the socket, not only until it is connected. Default 30,000. */
        connectTimeout?: number;
        refreshSTSToken?: () => Promise<{ accessKeyId: string; accessKeySecret: string; securityToken: string }>;
      },
    );
    /** `type` is the name of the answer's root element, whose children become the body. */
    get(
      resource: string,
      type: string,
      options: { agent?: Agent; readTimeout?: number; connectTimeout?: number },
    ): Promise<MnsResponse<Readonly<Record<string, unknown>>>>;
    getQueueAttributes(queueName: string): Promise<MnsResponse<Readonly<Record<string, unknown>>>>;
    sendMessage(
      queueName: string,
      message: { readonly MessageBody: string },
    ): Promise<MnsResponse<Readonly<Record<string, string>>>>;
    /** The body holds what could not be deleted, undefined where all was. */
    batchDeleteMessage(
      queueName: string,
      receiptHandles: readonly string[],
    ): Promise<MnsResponse<readonly Readonly<Record<string, string>>[]>>;
    changeMessageVisibility(
      queueName: string,
      receiptHandle: string,
      visibilityTimeoutSeconds: number,
    ): Promise<MnsResponse<Readonly<Record<string, string>>>>;
  }
}
