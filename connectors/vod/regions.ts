import { isRegionName } from '../../schemas/region.ts';
import { type CloudOptions, cloudClient, type VodCloud } from './cloud.ts';
import { CloudFault } from './fault.ts';

/** One account's clouds. VOD has an endpoint per region, and none answers for what lies in another (cloud facts 3). */
export type RegionalClouds = {
  /**
   * The region's client, made when it is first asked for. Ask anew for every call: a client that wasn't used for long may be
   * closed.
   * @param region null where it isn't known: the home region
   * @throws CloudFault (`UnknownRegion`, terminal) for what can't be a region's name
   */
  of(region: string | null): VodCloud;
  /** Closes all connections, once the calls under way have ended. */
  close(): void;
};

export type RegionalOptions = Omit<CloudOptions, 'vodEndpoint'> & {
  /** The region of what doesn't say where it lies. */
  readonly home: string;
  /** Endpoints in place of the public ones, by region. */
  readonly endpoints: ReadonlyMap<string, string>;
  /** Clients at a time. Default 16: every writer of callbacks chooses their region, and each client keeps connections. */
  readonly mostClients?: number;
};

export function regionalClouds(options: RegionalOptions): RegionalClouds {
  const { home, endpoints, mostClients = 16, ...shared } = options;
  // In the order of their latest use.
  const clients = new Map<string, VodCloud>();

  function open(region: string): VodCloud {
    if (region !== home && !isRegionName(region)) throw unknownRegion(region);
    return cloudClient({ ...shared, vodEndpoint: endpoints.get(region) ?? publicEndpoint(region) });
  }

  return {
    of(asked) {
      const region = asked ?? home;
      const client = clients.get(region) ?? open(region);
      clients.delete(region);
      clients.set(region, client);
      for (const [oldest, idle] of clients) {
        if (clients.size <= mostClients) break;
        clients.delete(oldest);
        idle.close();
      }
      return client;
    },
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}

/** As the cloud's list of endpoints has it (cloud facts 3). */
export function publicEndpoint(region: string): string {
  return `https://vod.${region}.aliyuncs.com`;
}

function unknownRegion(region: string): CloudFault {
  return new CloudFault({
    kind: 'terminal',
    code: 'UnknownRegion',
    action: 'choose an endpoint',
    message: `${JSON.stringify(region)} is no region; it comes from the header region of the callbacks, which VOD_REGION or callbacks: in live2vod.yaml set`,
  });
}
