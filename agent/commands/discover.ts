// `sereno-agent discover`: the terminals of this machine's network, as lines of agent.yaml.
import cliProgress from 'cli-progress';
import { type Found, isTerminal } from '../discovery/probe.ts';
import { scan } from '../discovery/scan.ts';
import { formatSubnet, hostsOf, ownSubnets, parseSubnet } from '../discovery/subnets.ts';
import { toYaml } from '../discovery/yaml.ts';

export interface DiscoverOptions {
  readonly subnet?: readonly string[];
  readonly port: number;
  /** Seconds for connecting, and for each answer. */
  readonly timeout: number;
  readonly json?: boolean;
}

/** The search ends by then, however many addresses there are. */
const LIMIT_MS = 180_000;

/**
 * Prints agent.yaml lines (or JSON) on stdout; what is for people only goes to stderr. Exit status 1 if no
 * terminal was found.
 * @throws SubnetError
 */
export async function discover({ subnet = [], port, timeout, json }: DiscoverOptions): Promise<void> {
  const subnets = subnet.length === 0 ? ownSubnets() : subnet.map(parseSubnet);
  const hosts = [...new Set(subnets.flatMap(hostsOf))];
  if (hosts.length === 0) say('This machine is in no private network; name one with --subnet.');
  else say(`Asking ${hosts.length} addresses of ${subnets.map(formatSubnet).join(', ')}, port ${port}.`);

  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  const bar = progressBar(hosts.length);
  const { found, asked } = await scan({
    hosts,
    port,
    timeoutMs: timeout * 1000,
    signal: AbortSignal.any([interrupted.signal, AbortSignal.timeout(LIMIT_MS)]),
    onAsked: (done) => bar?.update(done),
  });
  bar?.stop();
  process.off('SIGINT', onInterrupt);

  if (asked < hosts.length) say(`Stopped after ${asked} of ${hosts.length} addresses.`);
  for (const each of found) {
    const remark = remarkOn(each);
    if (remark !== null) say(`${each.host}: ${remark}`);
  }
  process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : toYaml(found));
  const terminals = found.filter(isTerminal).length;
  say(
    terminals === 0
      ? 'No terminal found.'
      : `${terminals} found. The lines go to the end of agent.yaml; 'devices:' stands there once.`,
  );
  if (terminals === 0) process.exitCode = 1;
}

/** What there is to say of an address beside its lines; null: nothing. */
function remarkOn({ kind, port, reply }: Found): string | null {
  switch (kind) {
    case 'terminal':
    case 'asks_key':
      return null;
    case 'declines':
      return `a terminal that declines connections (reply ${reply ?? '?'}). Restart it; see in its menu (Comm.) whether it takes those of a PC.`;
    case 'hangs_up':
      return `port ${port} accepts connections and hangs up; a terminal that serves another client is like that.`;
    case 'silent':
      return `port ${port} is open, but no terminal talks; one that serves another client is like that, too.`;
  }
}

function progressBar(total: number): cliProgress.SingleBar | null {
  if (!process.stderr.isTTY || total === 0) return null;
  const format = '{bar} {value}/{total} addresses';
  const bar = new cliProgress.SingleBar(
    { format, stream: process.stderr, hideCursor: true },
    cliProgress.Presets.rect,
  );
  bar.start(total, 0);
  return bar;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
