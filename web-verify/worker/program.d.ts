/** What the program puts before the worker's text when it serves it. */
declare const PROGRAM: {
  /** Changes with the program. */
  version: string
  /** Pages that are there without a network. */
  pages: string[]
  /** Hashed addresses of all that the pages consist of. */
  assets: string[]
  /** The one that only browsers without Ed25519 need. */
  library: string
}
