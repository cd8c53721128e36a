import { expect, test } from 'vitest';
import { plain } from './plain.tsx';

test('what turns the direction of text or does not show is shown by its number', () => {
  expect(plain('Ana\u202eanA\u0000\u200b')).toBe('Ana⟨U+202E⟩anA⟨U+0000⟩⟨U+200B⟩');
});

test('names of any script stay as they are, markup too', () => {
  for (const name of ['Núñez', 'محمد', '王小明', '<b>Ana</b>', 'O\'Hara & "Co"', '👩‍💻']) {
    expect(plain(name)).toBe(name);
  }
});
