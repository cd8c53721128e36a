// A user as a portal sends her, at a terminal of its own, and what an agent answers to her creation.
export const principal = { device_id: 'principal' };
export const ana = { user_id: ' 123 ', name: 'Ana' };
export const created = {
  reply: { status: 'ok', verified: 'counters', data: { uid: 7, user_id: '123', name: 'Ana' } },
} as const;
