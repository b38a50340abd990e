import type { Action } from '../action.ts';
import { fault } from '../errors.ts';
import { required } from '../params.ts';
import { notThere } from './record-vod.ts';

/** RealTimeRecordCommand (cloud facts 4.8, 4.13) for a stream that a recording configuration covers. */
export const realTimeRecordCommand: Action = (params, { recordConfigs, recorder }) => {
  const command = required(params, 'Command');
  const streamName = required(params, 'StreamName');
  const stream = { domainName: required(params, 'DomainName'), appName: required(params, 'AppName'), streamName };
  const profile = recordConfigs.profileOf(stream);
  if (!profile) throw notThere();
  switch (command) {
    case 'start':
      recorder.start(profile, streamName);
      break;
    case 'stop':
      recorder.stop(profile, streamName);
      break;
    case 'cancel_delay':
      recorder.cancelDelay(profile, streamName);
      break;
    case 'restart':
      recorder.restart(profile, streamName);
      break;
    default:
      throw fault.invalidParameter('Command');
  }
  return {};
};
