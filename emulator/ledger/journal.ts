/** One call of the RPC API. */
export type ApiCall = {
  /** Wall clock, epoch ms. */
  readonly atMs: number;
  readonly action: string;
  readonly accessKeyId: string | null;
  readonly videoId: string | null;
  readonly sessionId: string | null;
  /** What the cloud made of it: `OK`, the error code, or `Silence` where a fault knob swallowed it unheard. */
  readonly outcome: string;
  /** False where the caller got no answer, whatever was done. */
  readonly answered: boolean;
};

/** One transcode that a user started. */
export type SubmittedJob = {
  readonly videoId: string;
  /** SessionId of the call; null without one. */
  readonly sessionToken: string | null;
  readonly templateGroupId: string;
  readonly transcodeTaskId: string;
  readonly jobIds: readonly string[];
  readonly priority: number;
  /** Cloud time, epoch ms. */
  readonly submittedTime: number;
  /** Calls with this SessionId so far, refused repeats included; 1 without SessionId. */
  readonly calls: number;
};

/** A stretch of a live show, epoch ms. */
export type ShownTime = { readonly sessionId: string; readonly startTime: number; readonly endTime: number };

/** One production that a user started. */
export type SubmittedProduction = {
  /** The product. */
  readonly videoId: string;
  readonly title: string;
  /** The sources of the clips, in order. */
  readonly sourceVideoIds: readonly string[];
  /** What is taken of each, in order: seconds of its own pictures. */
  readonly clips: readonly { readonly videoId: string; readonly inSeconds: number; readonly outSeconds: number }[];
  /** When what is seen in it was live, in the product's order. */
  readonly shows: readonly ShownTime[];
  readonly templateGroupId: string;
};

/** One run of a workflow that a user started; `atMs` by the wall clock. */
export type SubmittedWorkflow = {
  readonly videoId: string;
  readonly workflowId: string;
  readonly taskId: string;
  readonly atMs: number;
};

/** What was asked of the cloud and what it took on. */
export class Journal {
  readonly calls: ApiCall[] = [];
  readonly productions: SubmittedProduction[] = [];
  readonly workflows: SubmittedWorkflow[] = [];
  /** Uploads by address so far, and when their SessionIds were taken, epoch ms. */
  uploads = 0;
  readonly uploadSessions = new Map<string, number>();
  readonly #jobs: Omit<SubmittedJob, 'calls'>[] = [];
  readonly #acceptedAtMs = new Map<string, number>();

  /** When a submit with this SessionId was accepted, epoch ms of the wall clock; null when none was. */
  acceptedAt(sessionToken: string): number | null {
    return this.#acceptedAtMs.get(sessionToken) ?? null;
  }

  accept(job: Omit<SubmittedJob, 'calls'>, atMs: number): void {
    this.#jobs.push(job);
    if (job.sessionToken !== null) this.#acceptedAtMs.set(job.sessionToken, atMs);
  }

  /** In the order of acceptance. */
  get jobs(): SubmittedJob[] {
    const calls = new Map<string | null, number>();
    for (const { action, sessionId } of this.calls) {
      if (action === 'SubmitTranscodeJobs') calls.set(sessionId, (calls.get(sessionId) ?? 0) + 1);
    }
    return this.#jobs.map((job) => ({
      ...job,
      calls: job.sessionToken === null ? 1 : (calls.get(job.sessionToken) ?? 0),
    }));
  }
}
