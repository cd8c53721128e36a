// Open to all: is the API up, the contract, and a page that reads it.
import { httpHandler } from '../rest/handler.ts';
import { systemHandlers } from '../rest/routes/system.ts';

export const handler = httpHandler(systemHandlers, () => null);
