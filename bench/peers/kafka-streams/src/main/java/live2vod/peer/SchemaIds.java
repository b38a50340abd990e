package live2vod.peer;

/** The ids under which the contracts are registered. The benchmark registers them: the peer needs no registry client. */
record SchemaIds(int videoState, int streamFact, int transcodeJob) {}
