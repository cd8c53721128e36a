// Routes that end in a command: the call becomes a request, its outcome the answer.
import type { Action } from '../commands/actions.ts';
import type { CommandPorts } from '../commands/ports.ts';
import type { ArgsFor, Asking, CommandRequest } from '../commands/request.ts';
import { type Ran, run } from '../commands/run.ts';
import type { Answer } from './answer.ts';
import { askingOf, type CommandCall } from './asking.ts';
import type { Call } from './call.ts';
import { outcomeAnswer } from './outcome.ts';
import { fitsLambda } from './size.ts';

interface Special<A extends Action> {
  /** Asked for instead where the answer grows beyond what Lambda can return. */
  readonly smaller?: ArgsFor<A>;
  /** The 200 body of an operation that goes on after the answer. */
  readonly begun?: object;
}

/** Answers a call by what `ask` runs for it. */
export async function commandAnswer<A extends Action>(
  ports: CommandPorts,
  given: Call<A>,
  ask: (asking: Asking) => Promise<Ran>,
  begun?: object,
): Promise<Answer> {
  const call = given as unknown as CommandCall;
  return outcomeAnswer(await ask(askingOf(ports.clock, call)), ports.directory, call, begun);
}

/** Answers a call by the command of its route, to the device in its path. */
export async function runCommand<A extends Action>(
  ports: CommandPorts,
  call: Call<A>,
  args: ArgsFor<A>,
  { smaller, begun }: Special<A> = {},
): Promise<Answer> {
  const device = call.params.device_id ?? '';
  const answerWith = (given: ArgsFor<A>) =>
    commandAnswer(
      ports,
      call,
      (asking) => run(ports, { ...asking, action: call.name, device, args: given } as CommandRequest<A>),
      begun,
    );
  const answer = await answerWith(args);
  return smaller === undefined || fitsLambda(answer.body) ? answer : answerWith(smaller);
}
