export { type JobRunnerOptions, runJobRunner } from './job-runner.ts';
export { redriveCompose, redriveStep, redriveTranscode } from './redrive.ts';
