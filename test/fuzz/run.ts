// The long fuzz campaign: node test/fuzz/run.ts --frames 200000
import { Command, InvalidArgumentError } from 'commander';
import { campaign } from './campaign.ts';

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted.');
  return Number(text);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { frames, seed } = new Command('node test/fuzz/run.ts')
  .description('Feed damaged frames, replies, events, MQTT payloads and HTTP bodies to the real parts.')
  .option('--frames <n>', 'how many, over all targets', whole, 200_000)
  .option('--seed <n>', 'the same seed damages alike', whole, Date.now() % 1_000_000)
  .parse()
  .opts<{ frames: number; seed: number }>();

print(`${frames} damaged inputs, seed ${seed}`);
const began = performance.now();
const { targets, left } = await campaign({
  frames,
  seed,
  onProgress: (target, fed, total) => print(`  ${target}: ${fed}/${total}`),
});
for (const { target, fed, seconds, heapMb } of targets) {
  print(`${target}: ${fed} in ${seconds} s, heap ${heapMb[0]} → ${heapMb[1]} MB`);
}
print(left.length === 0 ? 'Nothing left behind.' : `Left behind: ${left.join(', ')}`);
print(
  `${Math.round((performance.now() - began) / 1000)} s, RSS ${Math.round(process.memoryUsage.rss() / 1024 / 1024)} MB`,
);
process.exit(left.length === 0 ? 0 : 1);
