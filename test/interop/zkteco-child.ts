// zkteco-js in a process of its own, since some failures end the process that it runs in. Asks the terminal at a
// port for one thing and prints the answer as JSON.
import Zkteco from 'zkteco-js';

const [port, question] = process.argv.slice(2);
const print = (answer: unknown) =>
  process.stdout.write(`\n${JSON.stringify(answer)}\n`, () => process.exit(0));

// It waits a whole second behind a single frame: its time-out must be longer.
const client = new Zkteco('127.0.0.1', Number(port), 3000, 0);
await client.createSocket();
if (question === 'users') print((await client.getUsers()).data);
if (question === 'attendance') print((await client.getAttendances()).data);
if (question === 'write') print([...(await client.setUser(4, '77', 'Ana', '', 0, 1))]);
