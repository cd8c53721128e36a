// How a call of JSON-RPC fails: a number, the words that belong to it, and a sentence that says what it was.
import type { Language } from '../../shared/words.ts';
import { type Sentence, sayAt } from './sentences.ts';

const MESSAGES = {
  [-32700]: 'Parse error',
  [-32600]: 'Invalid request.',
  [-32601]: 'Method not found.',
  [-32602]: 'Invalid params.',
  [-32603]: 'Internal error.',
  [-32500]: 'Application error.',
} as const;
export type RpcCode = keyof typeof MESSAGES;

export interface ErrorBody {
  readonly code: RpcCode;
  readonly message: string;
  readonly data: string;
}

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcCode;
  readonly sentence: Sentence;

  constructor(code: RpcCode, sentence: Sentence) {
    super(sentence.en);
    this.code = code;
    this.sentence = sentence;
  }

  /** As it is answered: `message` is a word of the protocol, in whatever language the sentence is. */
  bodyIn(language: Language): ErrorBody {
    return { code: this.code, message: MESSAGES[this.code], data: this.sentence[language] };
  }
}

/** What is wrong with the parameter at `path` (`/`, `/1/userid`), as a phrase with its full stop. */
export function badParameter(path: string, phrase: Sentence, code: RpcCode = -32602): RpcError {
  return new RpcError(code, sayAt(path, phrase));
}
