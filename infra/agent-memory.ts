// How Node and the C library are told to be sparing where they run the agent: a mini-PC has other things to do with its memory.

/**
 * A small young generation, because the agent allocates little that lives long. The bound on the old one is far beyond its need; it is what makes V8
 * collect before the heap has grown to several times of what is alive.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=1', '--max-old-space-size=256'];

/**
 * Pieces of this many bytes and more are given back as soon as they are free: the C library's own value at its start. Left to itself it raises
 * that with the first table of users that is freed, and cuts all later ones from a heap that does not shrink.
 */
export const MALLOC_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_MMAP_THRESHOLD_: '131072' };
