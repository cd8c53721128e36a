// Links to other pages of the console; the compiler knows which pages there are and what their addresses need.
import { Anchor } from '@mantine/core';
import { createLink } from '@tanstack/react-router';

export const Go = createLink(Anchor<'a'>);
