// Words of one terminal: how it stood, when it is replaced by another one, and its settings.
export const device = {
  history: {
    title: { es: 'Cómo estuvo', en: 'How it stood' },
    week: { es: 'Últimos 7 días', en: 'Last 7 days' },
    since: { es: 'Desde {{when}}', en: 'Since {{when}}' },
    part: { es: '{{state}} {{percent}} %', en: '{{state}} {{percent}} %' },
    none: {
      es: 'Nada ha cambiado en los 90 días que se guardan.',
      en: 'Nothing has changed in the 90 days that are kept.',
    },
    agentOnline: { es: 'El agente de la sede volvió', en: 'The agent of the branch came back' },
    agentOffline: { es: 'El agente de la sede se fue', en: 'The agent of the branch went' },
  },
  clock: {
    exact: { es: 'En hora', en: 'On time' },
    ahead: { es: 'Adelantado {{seconds}} s', en: '{{seconds}} s ahead' },
    behind: { es: 'Atrasado {{seconds}} s', en: '{{seconds}} s behind' },
  },
  swapped: {
    title: { es: 'Otro terminal responde en su lugar', en: 'Another terminal answers in its place' },
    what: {
      es: 'Se espera el de serie {{expected}}; responde el de serie {{found}}. Mientras tanto no se lee ni se escribe nada en él.',
      en: 'The one with serial number {{expected}} is expected; {{found}} answers. Meanwhile nothing is read or written there.',
    },
    accept: { es: 'Se cambió: aceptar el nuevo', en: 'It was replaced: accept the new one' },
    acceptTitle: { es: 'Aceptar el terminal {{found}}', en: 'Accept terminal {{found}}' },
    does: {
      es: 'Desde ese momento «{{name}}» es el terminal de serie {{found}}. Lo que espera para «{{name}}» se hace en él, y las personas que deben estar ahí se ponen en él, con sus huellas si las admite. Los usuarios y las marcaciones que ese terminal ya tiene quedan, y se muestran como de «{{name}}». Lo que se recogió del anterior se conserva.',
      en: 'From then on “{{name}}” is the terminal with serial number {{found}}. What waits for “{{name}}” is done there, and the people who are to be there are put on it, with their fingerprints if it takes them. Users and punches that this terminal already holds stay, and are shown as those of “{{name}}”. What was collected from the former one is kept.',
    },
    unless: {
      es: 'Si nadie lo cambió, no lo acepte: mire qué aparato responde en {{address}}.',
      en: 'If nobody has replaced it, do not accept it: see which machine answers at {{address}}.',
    },
    back: {
      es: 'Si más tarde vuelve el anterior, se acepta del mismo modo.',
      en: 'If the former one comes back later, it is accepted in the same way.',
    },
    doAccept: { es: 'Aceptarlo', en: 'Accept it' },
  },
  settings: {
    tab: { es: 'Ajustes', en: 'Settings' },
    fromFile: {
      es: 'Este terminal está en el agent.yaml de su sede: se cambia en el mini-PC.',
      en: 'This terminal is in the agent.yaml of its branch: it is changed on the mini-PC.',
    },
    name: { es: 'Nombre', en: 'Name' },
    ip: { es: 'Dirección IP', en: 'IP address' },
    port: { es: 'Puerto', en: 'Port' },
    password: { es: 'Clave de comunicación', en: 'Comm key' },
    passwordKept: { es: 'Hay una. Vacío: queda como está', en: 'There is one. Empty: it stays as it is' },
    passwordNone: { es: 'No hay ninguna. Vacío: queda así', en: 'There is none. Empty: it stays so' },
    passwordAgain: {
      es: 'Con otra dirección hay que darla de nuevo',
      en: 'With another address it must be given again',
    },
    timeout: { es: 'Espera por respuesta (s)', en: 'Waits for an answer (s)' },
    transport: { es: 'Transporte', en: 'Transport' },
    timezone: { es: 'Zona horaria', en: 'Time zone' },
    timezoneHint: { es: 'Como America/La_Paz', en: 'Such as America/La_Paz' },
    encoding: { es: 'Codificación de los nombres', en: 'Encoding of names' },
    locks: { es: 'Puertas que abre', en: 'Doors that it opens' },
    roster: { es: 'Lista de usuarios', en: 'List of users' },
    rosterOf: {
      cached: {
        es: 'Se recuerda mientras los contadores no cambian',
        en: 'Remembered while the counters do not move',
      },
      strict: { es: 'Se lee entera para cada orden', en: 'Read in full for every command' },
    },
    drift: {
      es: 'Si alguien cambia en el teclado a una persona',
      en: 'If somebody changes a person at the keypad',
    },
    driftOf: {
      report: { es: 'Se avisa', en: 'It is told' },
      repair: { es: 'Se avisa y se corrige', en: 'It is told and put right' },
    },
    dialect: { es: 'Lo que se sabe de este modelo', en: 'What is known of this model' },
    dialectHint: {
      es: 'El agente lo averigua. Dígalo solo donde se equivoca.',
      en: 'The agent finds it out. Say it only where it is wrong.',
    },
    found: { es: 'Lo que averigüe', en: 'As it finds' },
    dialectOf: {
      user_record: { es: 'Bytes de un usuario', en: 'Bytes of a user' },
      user_id_width: { es: 'Caracteres del código', en: 'Characters of a badge' },
      letters_in_user_id: { es: 'Letras en el código', en: 'Letters in a badge' },
      name_bytes: { es: 'Bytes del nombre', en: 'Bytes of a name' },
      timed_disable: { es: 'Bloqueo con plazo', en: 'Timed lock of the keypad' },
      counters: { es: 'Sus contadores valen', en: 'Its counters tell something' },
      one_client: { es: 'Un solo cliente a la vez', en: 'One client at a time' },
      bulk_write: { es: 'Muchos usuarios de una vez', en: 'Many users at once' },
      attendance_record: { es: 'Bytes de una marcación', en: 'Bytes of a punch' },
    },
    nothing: { es: 'No cambió nada.', en: 'Nothing was changed.' },
  },
} as const;
