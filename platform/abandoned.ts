/** What the work was for is gone (a partition was taken away, the process stops): its next owner begins it again. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';

  constructor(options?: { readonly cause: unknown }) {
    super('abandoned', options);
  }
}
