// What the settings of a terminal choose from, without a library of schemas: the console offers these.
export const TRANSPORTS = ['tcp', 'udp'] as const;
export const ROSTER_MODES = ['cached', 'strict'] as const;
/** What becomes of what somebody has changed at the terminal of a person who is kept there: it is told, or put right, too. */
export const DRIFTS = ['report', 'repair'] as const;
/** Encodings of names that terminals are known to use. */
export const ENCODINGS = ['utf-8', 'gbk', 'gb18030', 'big5', 'latin1', 'cp1252', 'cp1251', 'cp1256'] as const;
/** Bytes of a user record. */
export const USER_RECORDS = [28, 72] as const;
/** Bytes of an attendance record. */
export const ATTENDANCE_RECORDS = [8, 16, 40, 49] as const;
