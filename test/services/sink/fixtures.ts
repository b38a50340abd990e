import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import type {
  JobLedgerEntry,
  Rendition,
  StepLedgerEntry,
  TimelineEntry,
  VideoState,
} from '../../../schemas/generated/VideoState.ts';

/** 2026-03-01T10:00:00Z, the end of the recorded cycle in these fixtures. */
export const endMs = Date.UTC(2026, 2, 1, 10);
const second = 1_000;

/** The `n`th second after the end of the recording. */
export const after = (n: number): number => endMs + n * second;

export const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };

export function timelineEntry(o: Partial<TimelineEntry> & Pick<TimelineEntry, 'eventType'>): TimelineEntry {
  return {
    eventId: '00000000000000000000000000000001',
    eventTime: after(4),
    receivedAt: after(5),
    status: 'success',
    source: 'http',
    jobId: null,
    errorCode: null,
    implausible: [],
    ...o,
  };
}

export function rendition(o: Partial<Rendition> = {}): Rendition {
  return {
    jobId: 'job-ld',
    definition: 'LD',
    format: 'mp4',
    status: 'SUCCESS',
    fileUrl: 'http://vod.example.com/a.mp4',
    bitrateKbps: 925.5,
    fps: 25,
    width: 960,
    height: 540,
    durationSeconds: 1800,
    sizeBytes: 208_153_210,
    encrypted: false,
    startTime: after(20),
    finishTime: after(180),
    errorCode: null,
    errorMessage: null,
    audioOnly: false,
    superseded: false,
    ...o,
  };
}

export function ledgerEntry(o: Partial<JobLedgerEntry> = {}): JobLedgerEntry {
  return {
    token: 'token-1',
    purpose: 'COMPOSED',
    generation: 0,
    decision: 'PIPELINE',
    state: 'DONE',
    templateGroupId: 'group',
    priority: 6,
    workflowId: null,
    policy: 'default',
    requestId: null,
    decidedAt: after(12),
    plannedAt: after(12),
    attempt: 1,
    submittedAt: after(13),
    acknowledgedAt: after(14),
    finishedAt: after(200),
    taskId: 'task',
    jobIds: ['job-ld'],
    errorCode: null,
    errorMessage: null,
    hold: null,
    leftAsIs: false,
    ...o,
  };
}

/** An audit that took 30 s from its order to the machine's verdict. */
export function audit(o: Partial<StepLedgerEntry> = {}): StepLedgerEntry {
  return {
    token: 'audit-1',
    kind: 'AUDIT',
    state: 'DONE',
    policy: 'audited',
    plannedAt: after(12),
    acknowledgedAt: after(13),
    finishedAt: after(42),
    jobId: 'audit-job',
    errorCode: null,
    errorMessage: null,
    pictureUrl: null,
    ...o,
  };
}

/**
 * A cycle whose transcode waits for an audit. The machine leaves it to a person after 42 s, which we hear at 45 s; with
 * `passed` the person lets it pass at 342 s, which we hear at 344 s, and the job is submitted at 346 s.
 */
export function audited(videoId: string, passed: boolean): VideoState {
  const verdict = (eventType: string, n: number, heard: number) =>
    timelineEntry({ eventType, eventTime: after(n), receivedAt: after(heard), eventId: `${n}`.padStart(32, '0') });
  const source = segment(videoId);
  const machine = [...source.timeline, verdict('AIMediaAuditComplete', 42, 45)];
  const person = verdict('CreateAuditComplete', 342, 344);
  const waiting = { plannedAt: null, submittedAt: null, acknowledgedAt: null, finishedAt: null, jobIds: [] };
  const job = passed
    ? ledgerEntry({ hold: 'PASSED', plannedAt: after(345), submittedAt: after(346) })
    : ledgerEntry({ ...waiting, hold: 'REVIEW', state: 'AWAITING_APPROVAL' });
  return segment(videoId, {
    status: passed ? 'TRANSCODED' : 'SOURCE_READY',
    auditStatus: passed ? 'PASS' : 'REVIEW',
    timeline: passed ? [...machine, person] : machine,
    renditions: [],
    firstPlayableTime: null,
    transcodedTime: passed ? after(400) : null,
    steps: [audit()],
    jobs: [{ ...job, purpose: 'SEGMENT' }],
  });
}

/** A recorded cycle whose source is ready after 10 s, playable after 190 s and transcoded after 200 s. */
export function segment(videoId: string, o: Partial<VideoState> = {}): VideoState {
  return {
    videoId,
    kind: 'SEGMENT',
    subject: 'VIDEO',
    status: 'TRANSCODED',
    stream,
    recording: { startTime: after(-1800), endTime: endMs },
    recordedTime: after(4),
    composeStartTime: null,
    sourceReadyTime: after(10),
    firstPlayableTime: after(190),
    transcodedTime: after(200),
    deletedTime: null,
    coverUrl: null,
    sourceUrl: 'http://vod.example.com/a.m3u8',
    sourceGone: false,
    storage: null,
    similarVideos: [],
    tags: [],
    sourcePlays: null,
    sizeBytes: 1_000_000,
    durationSeconds: 1800,
    auditStatus: null,
    errorCode: null,
    errorMessage: null,
    region: 'cn-shanghai',
    timeline: [
      timelineEntry({ eventType: 'AddLiveRecordVideoComplete' }),
      timelineEntry({
        eventId: '00000000000000000000000000000002',
        eventType: 'FileUploadComplete',
        eventTime: after(10),
        receivedAt: after(12),
      }),
    ],
    renditions: [rendition()],
    jobs: [],
    steps: [],
    notStarted: [],
    revision: 2,
    truncated: false,
    retired: false,
    retiredAt: null,
    afterRetirement: false,
    retiredSummary: null,
    cutoff: null,
    cuts: [],
    facts: [],
    ...o,
  };
}

/** A composition that begins 185 s after the session's end, is ready 60 s later and transcoded by a job of ours. */
export function composed(videoId: string, o: Partial<VideoState> = {}): VideoState {
  return segment(videoId, {
    kind: 'COMPOSED',
    recording: null,
    recordedTime: null,
    composeStartTime: after(185),
    sourceReadyTime: after(245),
    firstPlayableTime: after(400),
    transcodedTime: after(420),
    timeline: [
      timelineEntry({ eventType: 'LiveRecordVideoComposeStart', eventTime: after(185), receivedAt: after(250) }),
      timelineEntry({
        eventId: '00000000000000000000000000000002',
        eventType: 'FileUploadComplete',
        eventTime: after(245),
        receivedAt: after(246),
      }),
    ],
    renditions: [rendition({ startTime: after(255), finishTime: after(395) })],
    jobs: [ledgerEntry({ plannedAt: after(250), submittedAt: after(252) })],
    ...o,
  });
}

export function session(composedVideoId: string, o: Partial<SessionState> = {}): SessionState {
  return {
    sessionId: `play.example.com/live/room-42/${new Date(after(-1800)).toISOString()}`,
    stream,
    status: 'READY',
    startTime: after(-1800),
    endTime: endMs,
    segments: [{ videoId: 'segment-1', startTime: after(-1800), endTime: endMs, status: 'TRANSCODED', format: null }],
    gaps: [],
    composed: [
      {
        videoId: composedVideoId,
        status: 'TRANSCODED',
        composeStartTime: after(185),
        sourceReadyTime: after(245),
        transcodedTime: after(420),
        format: null,
        durationMatches: true,
        ours: false,
      },
    ],
    mergedInto: null,
    revision: 3,
    closesAt: null,
    composeExpected: true,
    composeMissing: false,
    durationMismatch: false,
    segmentLimitExceeded: false,
    overlapping: false,
    truncated: false,
    settled: false,
    composedSurplus: false,
    timesBounded: false,
    composition: null,
    compositionHold: null,
    liveRecording: null,
    clips: [],
    ...o,
  };
}

/** A callback body as the cloud sends it. */
export function body(o: Readonly<Record<string, unknown>> & { readonly VideoId: string }): Buffer {
  return Buffer.from(
    JSON.stringify({ EventType: 'FileUploadComplete', EventTime: '2026-03-01T10:00:10Z', Status: 'success', ...o }),
  );
}
