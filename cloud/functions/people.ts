// People over many terminals, their import, and groups of branches.
import { httpHandler } from '../rest/handler.ts';
import { peopleHandlers } from '../rest/routes/people.ts';
import { peoplePorts } from './people-ports.ts';

export const handler = httpHandler(peopleHandlers, peoplePorts);
