// One field of what a caller gave is wrong. Which words tell it, and in which language, is up to the face.
import { type FieldText, fieldTexts } from '../shared/api/field-texts.ts';
import { SerenoError } from '../shared/errors.ts';
import { Spoken } from '../shared/words.ts';

/** A field, and what is wrong with it. */
export interface FieldFault {
  readonly path: string;
  readonly text: FieldText;
}

/** `invalid_field` for several fields at once, the first of them in the sentence. */
export class FieldErrors extends SerenoError {
  readonly faults: readonly FieldFault[];

  constructor(faults: readonly FieldFault[]) {
    const [first] = faults;
    const problem = new Spoken(fieldTexts[first?.text ?? 'not_allowed'].en);
    super('invalid_field', { params: { field: first?.path ?? '', problem } });
    this.name = 'FieldErrors';
    this.faults = faults;
  }
}

/** `invalid_field` below the faces: the field's path and the key of the text that says what is allowed. */
export class FieldError extends SerenoError {
  readonly path: string;
  readonly text: FieldText;

  constructor(path: string, text: FieldText) {
    super('invalid_field', { params: { field: path, problem: new Spoken(fieldTexts[text].en) } });
    this.name = 'FieldError';
    this.path = path;
    this.text = text;
  }
}
