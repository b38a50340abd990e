import { type Emulator, templateGroupIds } from '../../../emulator/index.ts';
import type { Library } from './clients.ts';

/** What earlier answers gave, for later calls. */
export type World = { readonly emulator: Emulator; readonly answers: Map<string, Record<string, unknown>> };

/** One call of an operation: its parameters as the typed requests spell them. */
export type Step = {
  readonly library: Library;
  readonly action: string;
  readonly params: (world: World) => Readonly<Record<string, unknown>>;
};

const vod = (action: string, params: Step['params']): Step => ({ library: 'vod', action, params });
const live = (action: string, params: Step['params']): Step => ({ library: 'live', action, params });

/** A recording that VOD has transcoded. */
const played = ({ emulator }: World) => idOf(emulator, ({ status }) => status === 'TRANSCODED');
/** An upload that nothing has been done with. */
const upload = ({ emulator }: World) => idOf(emulator, ({ kind }) => kind === 'UPLOAD');
const answer = ({ answers }: World, action: string) => answers.get(action) ?? {};

type Row = ReturnType<Emulator['ledger']>['videos'][number];
function idOf({ ledger }: Emulator, is: (video: Row) => boolean): string {
  const video = ledger().videos.find(is);
  if (!video) throw new Error('the show has no such video');
  return video.videoId;
}

const stream = { DomainName: 'play.example.com', AppName: 'live', StreamName: 'cup' };
/** Every operation at least once, in an order in which each finds what it needs. */
export const steps: readonly Step[] = [
  live('AddLiveRecordVodConfig', () => ({ ...stream, VodTranscodeGroupId: templateGroupIds.recording })),
  live('UpdateLiveRecordVodConfig', () => ({
    ...stream,
    CycleDuration: 900,
    RecordFormat: [
      {
        ...{ Format: 'm3u8', AutoCompose: 'ON', ProcessMethod: 'transcode', VideoProcess: 'origin,compose' },
        ...{ ProcessTemplateId: templateGroupIds.compose, SliceDuration: 10, Tags: 'cup' },
      },
      { Format: 'mp4' },
    ],
  })),
  live('DescribeLiveRecordVodConfigs', () => ({ DomainName: stream.DomainName, AppName: stream.AppName })),
  live('DeleteLiveRecordVodConfig', () => stream),
  live('AddLiveRecordNotifyConfig', () => ({
    DomainName: 'conformance.example.com',
    NotifyUrl: 'http://127.0.0.1:9/live',
    OnDemandUrl: 'http://127.0.0.1:9/ask',
    NeedStatusNotify: true,
  })),
  live('UpdateLiveRecordNotifyConfig', () => ({
    DomainName: 'conformance.example.com',
    NotifyUrl: 'http://127.0.0.1:9/live',
    NeedStatusNotify: false,
  })),
  live('DescribeLiveRecordNotifyConfig', () => ({ DomainName: 'conformance.example.com' })),
  live('DeleteLiveRecordNotifyConfig', () => ({ DomainName: 'conformance.example.com' })),
  vod('SetMessageCallback', () => ({
    CallbackType: 'HTTP',
    CallbackURL: 'http://127.0.0.1:9/callbacks',
    EventTypeList: 'ALL',
    AuthSwitch: 'on',
    AuthKey: 'Abc123',
  })),
  vod('GetMessageCallback', () => ({})),
  vod('DeleteMessageCallback', () => ({})),
  vod('GetVideoInfo', (world) => ({ VideoId: played(world) })),
  vod('GetVideoInfos', (world) => ({ VideoIds: `${played(world)},none` })),
  vod('GetPlayInfo', (world) => ({ VideoId: played(world) })),
  vod('ListLiveRecordVideo', () => ({ DomainName: stream.DomainName, PageSize: 5 })),
  vod('SearchMedia', () => ({
    SearchType: 'video',
    Match: "Status in ('Normal') or MediaSource = 'live'",
    PageSize: 5,
  })),
  vod('ListTranscodeTask', (world) => ({ VideoId: played(world) })),
  vod('SubmitTranscodeJobs', (world) => ({
    VideoId: upload(world),
    TemplateGroupId: templateGroupIds.byHand,
    SessionId: 'once',
    Priority: '7',
  })),
  vod('GetTranscodeTask', (world) => ({ TranscodeTaskId: answer(world, 'SubmitTranscodeJobs').TranscodeTaskId })),
  vod('ProduceEditingProjectVideo', (world) => ({
    Timeline: JSON.stringify({ VideoTracks: [{ VideoTrackClips: [{ MediaId: played(world) }] }] }),
    MediaMetadata: JSON.stringify({ Title: 'cut' }),
  })),
  vod('SubmitSnapshotJob', (world) => ({ VideoId: played(world), Count: 2, Interval: 1 })),
  vod('UpdateVideoInfo', (world) => ({ VideoId: played(world), CoverURL: 'http://media.example.com/cover.jpg' })),
  vod('ListSnapshots', (world) => ({ VideoId: played(world), SnapshotType: 'CoverSnapshot' })),
  vod('ListJobInfo', (world) => ({ MediaId: played(world), JobType: 'snapshot' })),
  vod('SubmitAIMediaAuditJob', (world) => ({ MediaId: played(world) })),
  vod('GetJobDetail', (world) => ({ JobType: 'ai', JobId: answer(world, 'SubmitAIMediaAuditJob').JobId })),
  vod('GetMediaAuditResult', (world) => ({ MediaId: played(world) })),
  vod('GetMezzanineInfo', (world) => ({ VideoId: played(world) })),
  vod('GetVideoPlayAuth', (world) => ({ VideoId: played(world) })),
  vod('SubmitAIImageJob', (world) => ({ VideoId: played(world), AITemplateId: 'template' })),
  vod('SubmitAIJob', (world) => ({
    MediaId: played(world),
    Types: 'AIMediaDNA,AIVideoTag',
    Config: JSON.stringify({ AIMediaDNA: { DNADBId: 'library' }, AIVideoTag: { AnalyseTypes: 'OCR' } }),
  })),
  vod('ListAIJob', (world) => {
    const { AIJobList } = answer(world, 'SubmitAIJob') as { AIJobList: { AIJob: { JobId: string }[] } };
    return { JobIds: AIJobList.AIJob.map(({ JobId }) => JobId).join(',') };
  }),
  vod('GetMediaDNAResult', (world) => ({ MediaId: played(world) })),
  vod('GetAIVideoTagResult', (world) => ({ MediaId: played(world) })),
  vod('SubmitDynamicImageJob', (world) => ({ VideoId: played(world), DynamicImageTemplateId: 'template' })),
  vod('SubmitWorkflowJob', (world) => ({ MediaId: played(world), WorkflowId: 'workflow' })),
  vod('UploadMediaByURL', () => ({ UploadURLs: 'http://media.example.com/a.mp4,http://media.example.com/b.mp4' })),
  vod('CreateAudit', (world) => ({ AuditContent: JSON.stringify([{ VideoId: upload(world), Status: 'Normal' }]) })),
  vod('DeleteVideo', (world) => ({ VideoIds: `${upload(world)},none` })),
  live('RealTimeRecordCommand', () => ({ ...stream, AppName: 'practice-1', Command: 'start' })),
];
