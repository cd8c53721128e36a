// Long work in short slices, so that other sockets and timers are served in between.
import { setImmediate } from 'node:timers/promises';

/** A slice may keep the event loop for this long, ms. */
const SLICE_MS = 8;
/** Items between two looks at the clock. */
const BATCH = 256;

/** For a loop: yields where `isDue`. */
export class Slices {
  #began = performance.now();

  /** True once this slice has lasted long enough. */
  get isDue(): boolean {
    return performance.now() - this.#began >= SLICE_MS;
  }

  /** Lets other work run. */
  async giveWay(): Promise<void> {
    await setImmediate();
    this.#began = performance.now();
  }
}

/** Calls `work` for each number from 0 to `count` - 1, in order, in slices. */
export async function inSlices(count: number, work: (index: number) => void): Promise<void> {
  const slices = new Slices();
  for (let index = 0; index < count; index++) {
    work(index);
    if (index % BATCH === BATCH - 1 && slices.isDue) await slices.giveWay();
  }
}

/** Those of `items` that `test` accepts, found in slices. */
export async function filterInSlices(
  items: Uint32Array,
  test: (item: number) => boolean,
): Promise<Uint32Array> {
  const found = new Uint32Array(items.length);
  let count = 0;
  await inSlices(items.length, (index) => {
    const item = items[index] ?? 0;
    if (test(item)) found[count++] = item;
  });
  return found.slice(0, count);
}

/** Runs of so many are sorted in one go. */
const RUN = 4096;

/** `items` by `key`, the least first, those of one key as they were: a merge sort in slices. */
export async function sortInSlices(items: Uint32Array, key: (item: number) => number): Promise<Uint32Array> {
  const inOrder = (a: number, b: number) => key(a) <= key(b);
  let from = new Uint32Array(items.length);
  await inSlices(Math.ceil(items.length / RUN), (run) => {
    const sorted = Array.from(items.subarray(run * RUN, (run + 1) * RUN)).sort((a, b) => key(a) - key(b));
    from.set(sorted, run * RUN);
  });
  let to = new Uint32Array(items.length);
  for (let width = RUN; width < items.length; width *= 2) {
    await mergePass(from, to, width, inOrder);
    [from, to] = [to, from];
  }
  return from;
}

/** Merges each two neighbouring runs of `width`. */
async function mergePass(
  from: Uint32Array,
  to: Uint32Array,
  width: number,
  inOrder: (a: number, b: number) => boolean,
): Promise<void> {
  let left = 0;
  let right = 0;
  let leftEnd = 0;
  let rightEnd = 0;
  await inSlices(from.length, (at) => {
    if (at % (2 * width) === 0) {
      left = at;
      leftEnd = Math.min(at + width, from.length);
      right = leftEnd;
      rightEnd = Math.min(at + 2 * width, from.length);
    }
    const [a, b] = [from[left] ?? 0, from[right] ?? 0];
    const takesLeft = right >= rightEnd || (left < leftEnd && inOrder(a, b));
    to[at] = takesLeft ? a : b;
    if (takesLeft) left++;
    else right++;
  });
}
