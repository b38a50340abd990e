/** Words for the codes of the API: statuses, kinds, stages. A code without words is shown as it is. */
import { language } from './words.ts';

const chinese: Readonly<Record<string, string>> = {
  RECORDING: '录制中',
  ENDED: '已结束',
  COMPOSING: '合成中',
  COMPOSED: '已合成',
  TRANSCODING: '转码中',
  READY: '就绪',
  PARTIAL: '部分成功',
  FAILED: '失败',
  MERGED: '已合并',
  ANNOUNCED: '已通知',
  RECORDED: '已录制',
  SOURCE_READY: '源就绪',
  PLAYABLE: '可播放',
  TRANSCODED: '已转码',
  DELETED: '已删除',
  SUBMITTED: '已提交',
  SUCCESS: '成功',
  FAIL: '失败',
  DECIDED: '由云端执行',
  AWAITING_APPROVAL: '待确认',
  PLANNED: '已计划',
  ACKNOWLEDGED: '云端已接受',
  DONE: '完成',
  IN_DOUBT: '存疑',
  CLOUD: '云端',
  PIPELINE: '流水线',
  APPROVAL: '人工确认',
  TRANSCODE: '转码',
  AUDIT: '审核',
  SNAPSHOT: '截图',
  COMPOSE: '合成',
  SEGMENT: '分段',
  UPLOAD: '上传',
  UNKNOWN: '未知',
};

const stages: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  delivery: ['callback delivery', '回调送达'],
  recording: ['recording announced', '录制完成通知'],
  source_ready: ['source ready', '源文件就绪'],
  disconnect_delay: ['disconnect delay', '断流等待'],
  compose_wait: ['wait for compose', '等待合成'],
  compose: ['compose', '合成'],
  audit: ["audit's verdict", '审核结论'],
  review: ["person's review", '人工审核'],
  trigger: ['our trigger', '触发转码'],
  queue: ['queue', '排队'],
  transcode: ['transcode', '转码'],
  first_playable: ['first playable', '首个可播放'],
  fully_transcoded: ['fully transcoded', '全部转码'],
  end_to_end: ['end to end', '端到端'],
};

export const codeName = (code: string) => (language.current === 'zh' ? (chinese[code] ?? code) : code);
export const stageName = (stage: string) => stages[stage]?.[language.current === 'zh' ? 1 : 0] ?? stage;
