/** Parts of `live2vod bench growth`, in the order in which they are measured. */
export const growthParts = ['events', 'segments', 'sessions', 'stores', 'videos', 'partitions'] as const;
export type GrowthPart = (typeof growthParts)[number];

const inProcess: ReadonlySet<GrowthPart> = new Set(['events', 'segments', 'sessions', 'stores']);

/** Whether that part, or with none all of them, needs a broker. */
export const needsStack = (only: GrowthPart | undefined): boolean => only === undefined || !inProcess.has(only);
