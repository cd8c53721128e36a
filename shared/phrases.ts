// Words that sentences of the catalogue are filled with, in Spanish and English. Places are filled from the sentence's params.

/** What an agent was asking of a terminal, by the protocol's command. */
const asked = {
  asked_readTemplates: { es: 'leer las huellas (7)', en: 'read templates (7)' },
  asked_writeUser: { es: 'escribir un usuario (8)', en: 'write user (8)' },
  asked_readUsers: { es: 'leer los usuarios (9)', en: 'read users (9)' },
  asked_readOption: { es: 'leer una opción (11)', en: 'read option (11)' },
  asked_writeOption: { es: 'escribir una opción (12)', en: 'write option (12)' },
  asked_readAttendance: { es: 'leer las marcaciones (13)', en: 'read attendance (13)' },
  asked_clearData: { es: 'borrar los datos (14)', en: 'clear data (14)' },
  asked_clearAttendance: { es: 'borrar las marcaciones (15)', en: 'clear attendance (15)' },
  asked_deleteUser: { es: 'eliminar un usuario (18)', en: 'delete user (18)' },
  asked_deleteTemplate: { es: 'eliminar una huella (19)', en: 'delete template (19)' },
  asked_clearOplog: { es: 'borrar el registro de operaciones (33)', en: 'clear oplog (33)' },
  asked_readOplog: { es: 'leer el registro de operaciones (34)', en: 'read oplog (34)' },
  asked_readCounters: { es: 'leer los contadores (50)', en: 'read counters (50)' },
  asked_startVerify: { es: 'comenzar la verificación (60)', en: 'start verify (60)' },
  asked_startEnrol: { es: 'comenzar el enrolamiento (61)', en: 'start enrol (61)' },
  asked_cancelCapture: { es: 'cancelar la captura (62)', en: 'cancel capture (62)' },
  asked_writeTemplate: { es: 'escribir una huella (87)', en: 'write template (87)' },
  asked_readTemplate: { es: 'leer una huella (88)', en: 'read template (88)' },
  asked_writeUsers: { es: 'escribir usuarios (110)', en: 'write users (110)' },
  asked_checkBuffer: { es: 'comprobar el envío (119)', en: 'check buffer (119)' },
  asked_deleteFinger: { es: 'eliminar un dedo (134)', en: 'delete finger (134)' },
  asked_readTime: { es: 'leer la hora (201)', en: 'read time (201)' },
  asked_writeTime: { es: 'escribir la hora (202)', en: 'write time (202)' },
  asked_registerEvents: { es: 'pedir avisos (500)', en: 'register events (500)' },
  asked_connect: { es: 'conectar (1000)', en: 'connect (1000)' },
  asked_exit: { es: 'terminar la conversación (1001)', en: 'exit (1001)' },
  asked_enable: { es: 'habilitar el teclado (1002)', en: 'enable (1002)' },
  asked_disable: { es: 'bloquear el teclado (1003)', en: 'disable (1003)' },
  asked_refreshData: { es: 'refrescar los datos (1013)', en: 'refresh data (1013)' },
  asked_refreshOptions: { es: 'refrescar las opciones (1014)', en: 'refresh options (1014)' },
  asked_readFirmware: { es: 'leer la versión de su programa (1100)', en: 'read firmware (1100)' },
  asked_authenticate: { es: 'presentar la clave de comunicación (1102)', en: 'authenticate (1102)' },
  asked_prepareData: { es: 'preparar un envío (1500)', en: 'prepare data (1500)' },
  asked_data: { es: 'enviar datos (1501)', en: 'data (1501)' },
  asked_freeData: { es: 'liberar los datos (1502)', en: 'free data (1502)' },
  asked_prepareRead: { es: 'preparar una lectura (1503)', en: 'prepare read (1503)' },
  asked_readChunk: { es: 'leer una porción (1504)', en: 'read chunk (1504)' },
  asked_other: { es: 'una orden del protocolo', en: 'a command of the protocol' },
  asked_new_user: { es: 'un usuario nuevo: no queda ningún uid libre', en: 'a new user: no uid is free' },
} as const;

/**
 * Words within a sentence that depend on the language too. In a place for words (`WORD_PLACES` of words.ts) the value
 * `@key` stands for one of these; its own places are filled from the same params.
 */
export const phrases = {
  ...asked,
  site_has_devices: { es: 'tiene {count} dispositivos', en: 'it has {count} devices' },
  site_has_agent: {
    es: 'su agente está enrolado; revóquelo antes',
    en: 'its agent is enrolled; revoke it first',
  },
  site_has_both: {
    es: 'tiene {count} dispositivos y un agente enrolado; revóquelo antes',
    en: 'it has {count} devices and an enrolled agent; revoke it first',
  },
  /** The words of an agent of another version. */
  agent_said: { es: 'el agente dice «{said}»', en: 'the agent says "{said}"' },
  limit_bytes: { es: 'caben {max} bytes y tiene {got}', en: '{max} bytes fit, it has {got}' },
  limit_characters: { es: 'caben {max} caracteres y tiene {got}', en: '{max} characters fit, it has {got}' },
  limit_length: {
    es: 'ningún dispositivo admite más de {max} caracteres',
    en: 'no device can hold more than {max} characters',
  },
  limit_encoding: {
    es: 'tiene un carácter que su codificación no conoce',
    en: 'it has a character that its encoding does not know',
  },
  limit_card: { es: 'caben 32 bits, hasta 4294967295', en: '32 bits fit, up to 4294967295' },
  limit_digits: {
    es: 'solo admite cifras; si admite letras, dígalo con letters_in_user_id en dialect',
    en: 'it takes digits only; if it takes letters, say so with letters_in_user_id in dialect',
  },
  limit_ascii: { es: 'solo admite letras ASCII y cifras', en: 'it takes ASCII letters and digits only' },
  limit_number: {
    es: 'solo admite un número de 32 bits sin ceros a la izquierda',
    en: 'it takes a number of 32 bits without leading zeros only',
  },
  limit_devices: { es: 'una sede admite {max} dispositivos', en: 'one site can have {max} devices' },
  host_not_allowed: {
    es: 'solo direcciones privadas (10.x, 172.16–31.x, 192.168.x) o las que allow_hosts nombra en el agent.yaml de la sede',
    en: "private addresses only (10.x, 172.16–31.x, 192.168.x), or those that allow_hosts names in the site's agent.yaml",
  },
  subnet_not_own: {
    es: 'debe ser parte de una red privada del equipo de la sede, como 192.168.1.0/24, de /22 a lo más; sus redes: {networks}',
    en: 'must be part of a private network of the machine there, such as 192.168.1.0/24, a /22 at most; its networks: {networks}',
  },
  address_taken: { es: "ya es la del dispositivo '{holder}'", en: "the device '{holder}' already has it" },
  cursor_foreign: {
    es: 'debe ser el next_cursor de una respuesta',
    en: 'must be the next_cursor of an answer',
  },
  busy_waiting: { es: '{max} órdenes esperan', en: '{max} commands are waiting' },
  busy_enrolling: { es: 'alguien está enrolando un dedo', en: 'somebody is enrolling a finger' },
  busy_keypad: {
    es: 'sus usuarios cambian sin cesar en el teclado',
    en: 'its users keep changing at the keypad',
  },
  answer_garbled: { es: 'su respuesta a {asked}', en: 'its answer to {asked}' },
  answer_too_much: {
    es: 'en respuesta a {asked}, más datos de los que puede guardar',
    en: 'in answer to {asked}, more data than it can hold',
  },
  answer_too_slow: {
    es: 'su respuesta a {asked} llega demasiado despacio',
    en: 'its answer to {asked} comes too slowly',
  },
  answer_flood: {
    es: 'envía sin fin tramas que no responden a nada',
    en: 'it keeps sending frames that answer nothing',
  },
  answer_lost: {
    es: 'de su respuesta a {asked} se pierde una y otra vez una parte en la red',
    en: 'parts of its answer to {asked} keep getting lost in the network',
  },
  users_width: {
    es: 'según su propia cuenta, sus registros de usuario tienen {got} bytes, y se conocen los de 72 y 28',
    en: 'by its own count its user records have {got} bytes, and those of 72 and 28 are known',
  },
  users_nonsense: {
    es: 'los {got} bytes de su tabla de usuarios no tienen sentido con registros de 72 ni de 28 bytes',
    en: 'the {got} bytes of its user table make no sense in records of 72 or 28 bytes',
  },
  users_not_whole: {
    es: 'los {got} bytes de su tabla de usuarios no son registros enteros de {max}, como dice user_record',
    en: 'the {got} bytes of its user table are not whole records of {max}, as user_record says',
  },
  attendance_not_whole: {
    es: 'los {got} bytes de sus marcaciones no son registros enteros de {max}, como dice attendance_record',
    en: 'the {got} bytes of its attendance are not whole records of {max}, as attendance_record says',
  },
  users_vanished: {
    es: 'cuenta {got} usuarios y entrega una tabla vacía',
    en: 'it counts {got} users and returns an empty table',
  },
  attendance_vanished: {
    es: 'cuenta {got} marcaciones y no entrega ninguna',
    en: 'it counts {got} punches and returns none',
  },
  users_change: {
    es: 'su tabla de usuarios es otra cada vez que se lee',
    en: 'its user table is different each time it is read',
  },
  uid_twice: {
    es: 'tiene dos registros con el uid {uid}, y no se sabe cuál de ellos cambiaría',
    en: 'it has two records with uid {uid}, and it is not known which of them a write would change',
  },
  users_empty: { es: 'su tabla de usuarios está vacía', en: 'its user table is empty' },
  users_layouts: {
    es: 'su tabla de usuarios cabe en varios formatos; indique user_record',
    en: 'its user table fits several layouts; state user_record',
  },
  attendance_change: {
    es: 'el número de sus marcaciones es otro cada vez que se leen',
    en: 'the number of its punches is different each time they are read',
  },
  attendance_layouts: {
    es: 'sus marcaciones caben en varios formatos; indique attendance_record',
    en: 'its attendance fits several layouts; state attendance_record',
  },
  attendance_nonsense: {
    es: 'sus marcaciones no tienen sentido en ningún formato conocido; indique attendance_record si lo sabe',
    en: 'its attendance makes no sense in any layout that is known; state attendance_record if you know it',
  },
  kept_user: { es: "el usuario '{user_id}'", en: "the user '{user_id}'" },
  kept_finger: {
    es: "el dedo {finger_index} del usuario '{user_id}'",
    en: "finger {finger_index} of user '{user_id}'",
  },
  kept_fingers: {
    es: "las huellas del usuario '{user_id}'",
    en: "the fingers of user '{user_id}'",
  },
  value_unfit: {
    es: 'un valor no cabe en lo que su protocolo tiene para él',
    en: 'a value does not fit what its protocol has for it',
  },
  kept_clock: { es: 'la hora {wanted}; muestra {shown}', en: 'the time {wanted}; it shows {shown}' },
  copy_width: {
    es: 'la copia tiene un registro de {got} bytes y el dispositivo los tiene de {max}',
    en: 'the copy has a record of {got} bytes, those of the device have {max}',
  },
  finger_kind: {
    es: 'huellas de otro formato, o selladas para otro agente',
    en: 'fingers of another format, or sealed to another agent',
  },
  version_unknown: { es: 'no conoce la versión {version}', en: 'version {version} is not known there' },
  operation_unknown: { es: "no conoce la operación '{op}'", en: "operation '{op}' is not known there" },
  argument_invalid: {
    es: "no entiende el argumento '{argument}'",
    en: "argument '{argument}' is not valid there",
  },
  token_missing: { es: 'falta el token', en: 'the token is missing' },
  token_invalid: { es: 'el token no es válido', en: 'the token is not valid' },
  token_expired: { es: 'el token venció', en: 'the token has expired' },
  token_unchecked: { es: 'no se pudo comprobar el token', en: 'the token could not be checked' },
  stage_waiting: { es: 'esperando el dedo', en: 'waiting' },
  stage_sample: { es: 'muestra {done}/{total}', en: 'sample {done}/{total}' },
  stage_reading: { es: 'leyendo', en: 'reading' },
  stage_searching: { es: 'buscando', en: 'searching' },
  stage_writing: { es: 'escribiendo', en: 'writing' },
} as const satisfies Record<string, { readonly es: string; readonly en: string }>;

export type PhraseKey = keyof typeof phrases;
