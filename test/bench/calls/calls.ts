// What each thing that happens in a fleet calls of AWS, counted at the stand-ins.

import { countOf, SCENARIOS } from './scenarios.ts';
import { Scene } from './scene.ts';

export async function benchCalls(print: (text: string) => void): Promise<void> {
  const scene = await Scene.open();
  try {
    for (const scenario of SCENARIOS) {
      const counts = await countOf(scene, scenario);
      print(`${scenario.name}: ${scenario.what}`);
      for (const [entry, count] of Object.entries(counts).sort())
        print(`    ${entry.padEnd(36)} ${(count ?? 0).toFixed(3)}`);
    }
  } finally {
    await scene.stop();
  }
}
