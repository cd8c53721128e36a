// An agent and its simulated terminals for each test of a file; for tests.
import { afterEach, beforeEach } from 'vitest';
import {
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../../test/terminal/terminal.ts';
import { AgentBench } from './agent-bench.ts';

/**
 * For a test file: each test has a new agent, not started yet. It and the terminals of the test are stopped after it.
 * @param usual what the terminals of this file have in common
 */
export function branchOfEachTest(usual: TerminalSettings = {}) {
  let agent: AgentBench;
  let terminals: SimulatedTerminal[];
  beforeEach(() => {
    agent = new AgentBench();
    terminals = [];
  });
  afterEach(async () => {
    await agent.dispose();
    for (const simulated of terminals) await simulated.stop();
  });
  return {
    get agent(): AgentBench {
      return agent;
    },
    async terminal(settings: TerminalSettings = {}): Promise<SimulatedTerminal> {
      const simulated = await startTerminal({ ...usual, ...settings });
      terminals.push(simulated);
      return simulated;
    },
    /** Its address is free from now on. */
    async unplug(simulated: SimulatedTerminal): Promise<void> {
      await simulated.stop();
      terminals = terminals.filter((each) => each !== simulated);
    },
  };
}
