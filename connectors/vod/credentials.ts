import alibabaCredentials from '@alicloud/credentials';

/** An access key; with a security token when it is a temporary one of STS. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
};

/** Asked before every call, so that rotated and renewed credentials are taken up at once. */
export type CredentialsProvider = { getCredentials(): Promise<Credentials> };

/** Always the same credentials; with `securityToken` those of STS until they expire. */
export function fixedCredentials(credentials: Credentials): CredentialsProvider {
  return { getCredentials: () => Promise.resolve(credentials) };
}

/**
 * Alibaba Cloud's default chain: environment variables, OIDC role, CLI profile, credentials file, ECS instance role,
 * `ALIBABA_CLOUD_CREDENTIALS_URI`. Temporary credentials are renewed by the chain before they expire.
 */
export function defaultCredentials(): CredentialsProvider {
  const chain = new alibabaCredentials.default();
  return {
    async getCredentials() {
      const { accessKeyId, accessKeySecret, securityToken } = await chain.getCredential();
      if (!accessKeyId || !accessKeySecret) throw new Error('the credentials chain gave no access key');
      return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
    },
  };
}
