// What is said of a field that is not as it must be, in both languages.

/** What is wrong with a field and what is allowed, for people; zod messages are keys of this table. */
export const fieldTexts = {
  text: {
    es: 'debe ser un texto UTF-8 (o número) no vacío, sin caracteres de control',
    en: 'must be a non-empty UTF-8 text (or number) without control characters',
  },
  password: {
    es: 'debe ser un texto sin caracteres de control; "" quita el PIN',
    en: 'must be a text without control characters; "" removes the PIN',
  },
  privilege: {
    es: 'debe ser 0 (usuario) o 14 (administrador); también se aceptan 2 y 6',
    en: 'must be 0 (user) or 14 (administrator); 2 and 6 are accepted too',
  },
  card: {
    es: 'debe ser un entero de 0 en adelante; 0 quita la tarjeta',
    en: 'must be an integer from 0 up; 0 removes the card',
  },
  limit: { es: 'debe ser un entero de 1 a 5000', en: 'must be an integer from 1 to 5000' },
  last: {
    es: 'debe ser un entero de 1 a 100, sin decir desde dónde ni esperar',
    en: 'must be an integer from 1 to 100, without a place to begin at and without waiting',
  },
  cursor: { es: 'debe ser el next_cursor de una respuesta', en: 'must be the next_cursor of an answer' },
  subnet: {
    es: 'debe ser una red como 192.168.1.0/24, de /22 a lo más',
    en: 'must be a subnet such as 192.168.1.0/24, a /22 at most',
  },
  flag: { es: 'debe ser true o false', en: 'must be true or false' },
  date: { es: 'debe ser una fecha YYYY-MM-DD que exista', en: 'must be an existing date YYYY-MM-DD' },
  moment: {
    es: 'debe ser YYYY-MM-DD o YYYY-MM-DDTHH:MM:SS, en la hora local del dispositivo',
    en: 'must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, in local time of the device',
  },
  punch_time: {
    es: 'debe ser un día YYYY-MM-DD o una hora YYYY-MM-DDTHH:MM:SS, locales del dispositivo, o un instante con desfase, como 2026-11-23T08:00:00-04:00',
    en: 'must be a day YYYY-MM-DD or a time YYYY-MM-DDTHH:MM:SS, local to the device, or an instant with its offset, such as 2026-11-23T08:00:00-04:00',
  },
  instant: {
    es: 'debe ser un instante con desfase, como 2026-11-23T08:00:00-04:00',
    en: 'must be an instant with its offset, such as 2026-11-23T08:00:00-04:00',
  },
  operation_name: {
    es: 'debe ser una operación, como user.put',
    en: 'must be an operation, such as user.put',
  },
  site_state: { es: 'debe ser online, offline o unknown', en: 'must be online, offline or unknown' },
  site_trouble: { es: 'debe ser clock, disk o certificate', en: 'must be clock, disk or certificate' },
  version: {
    es: 'debe ser una versión de tres números, como 0.2.0',
    en: 'must be a version of three numbers, such as 0.2.0',
  },
  sha256: {
    es: 'debe ser el SHA-256 del archivo: 64 cifras hexadecimales',
    en: "must be the file's SHA-256: 64 hexadecimal digits",
  },
  rollout_steps: {
    es: 'debe ser una lista de 1 a 20 porcentajes enteros, cada uno mayor que el anterior y el último 100, como [10,50,100]',
    en: 'must be a list of 1 to 20 whole percentages, each above the one before and the last one 100, such as [10,50,100]',
  },
  rollout_failures: { es: 'debe ser un entero de 1 a 10000', en: 'must be an integer from 1 to 10000' },
  rollout_minutes: { es: 'debe ser un entero de 0 a 10080', en: 'must be an integer from 0 to 10080' },
  rollout_places: {
    es: 'debe ser una lista de 1 a 1000 sedes, o de 1 a 100 grupos',
    en: 'must be a list of 1 to 1000 sites, or of 1 to 100 groups',
  },
  rollout_whom: {
    es: 'debe decir para quién es: unas sedes, unos grupos o todas las sedes',
    en: 'must say whom it is for: some sites, some groups or every site',
  },
  package_url: {
    es: 'debe ser una URL https:// de hasta 2048 caracteres, sin fragmento',
    en: 'must be an https:// URL of up to 2048 characters, without fragment',
  },
  order: { es: 'debe ser asc o desc', en: 'must be asc or desc' },
  event_types: {
    es: 'debe tener tipos de evento separados por comas, como punch.created,device.offline',
    en: 'must be types of events, separated by commas, such as punch.created,device.offline',
  },
  webhook_url: {
    es: 'debe ser una URL https:// pública, sin usuario ni fragmento, de hasta 2048 caracteres; http:// o una dirección privada, solo donde la instalación lo permite',
    en: 'must be a public https:// URL without user or fragment, up to 2048 characters; http:// or a private address only where the installation allows it',
  },
  event_type_list: {
    es: 'debe ser una lista de tipos de evento distintos, como ["punch.created"]',
    en: 'must be a list of different types of events, such as ["punch.created"]',
  },
  device_list: {
    es: 'debe ser una lista de 1 a 100 identificadores de dispositivo distintos',
    en: 'must be a list of 1 to 100 different device ids',
  },
  site_list: {
    es: 'debe ser una lista de 1 a 100 sedes distintas',
    en: 'must be a list of 1 to 100 different sites',
  },
  person_id: {
    es: 'debe tener de 1 a 64 letras, cifras o . _ @ + -, y empezar con letra o cifra',
    en: 'must be 1 to 64 letters, digits or . _ @ + -, beginning with a letter or digit',
  },
  long_text: { es: 'es demasiado largo para cualquier terminal', en: 'is too long for any terminal' },
  place_list: {
    es: 'debe ser una lista de hasta 1000 identificadores válidos',
    en: 'must be a list of up to 1000 valid ids',
  },
  batch_do: { es: 'debe ser put o delete', en: 'must be put or delete' },
  batch_items: {
    es: 'debe ser una lista de 1 a 1000 elementos',
    en: 'must be a list of 1 to 1000 items',
  },
  batch_put_only: { es: 'solo se admite con put', en: 'is allowed with put only' },
  batch_delete_only: { es: 'solo se admite con delete', en: 'is allowed with delete only' },
  batch_places: {
    es: 'debe nombrar al menos un dispositivo, o una sede en sites',
    en: 'must name one device at least, or a site in sites',
  },
  batch_writes: {
    es: 'no puede sumar más de 20000 escrituras, un elemento por cada dispositivo',
    en: 'must not come to more than 20000 writes, an item for each device',
  },
  device_unknown: { es: 'no es un dispositivo registrado', en: 'is no registered device' },
  site_unknown: { es: 'no es una sede', en: 'is no site' },
  site_empty: { es: 'es una sede sin dispositivos', en: 'is a site without devices' },
  keep_for: {
    es: 'debe ser un entero de 1 a 604800 (segundos)',
    en: 'must be an integer from 1 to 604800 (seconds)',
  },
  webhook_state: { es: 'debe ser active o paused', en: 'must be active or paused' },
  wait: { es: 'debe ser un entero de 0 a 20 (segundos)', en: 'must be an integer from 0 to 20 (seconds)' },
  after: {
    es: 'debe ser el next_cursor de una respuesta, o now',
    en: 'must be the next_cursor of an answer, or now',
  },
  dialect: {
    es: 'debe ser un objeto con lo que se sabe del terminal, como dialect en agent.yaml',
    en: 'must be an object with what is known of the terminal, as dialect in agent.yaml',
  },
  user_record: { es: 'debe ser 28 o 72', en: 'must be 28 or 72' },
  attendance_record: { es: 'debe ser 8, 16, 40 o 49', en: 'must be 8, 16, 40 or 49' },
  badge_width: { es: 'debe ser un entero de 1 a 24', en: 'must be an integer from 1 to 24' },
  uid: {
    es: 'debe ser un entero de 0 a 65535: el uid de uno de los registros',
    en: 'must be an integer from 0 to 65535: the uid of one of the records',
  },
  uid_and_all: { es: 'no va junto con uid', en: 'does not go with uid' },
  from_after_to: { es: 'no puede ser posterior a to', en: 'must not be after to' },
  date_and_range: { es: 'no va junto con from o to', en: 'does not go with from or to' },
  device_id: {
    es: 'debe tener de 1 a 64 letras, cifras, ".", "_" o "-", y comenzar con letra o cifra',
    en: 'must be 1 to 64 letters, digits, ".", "_" or "-", and begin with a letter or digit',
  },
  ip: {
    es: 'debe ser una dirección IPv4 privada o un nombre de host permitido por el agente',
    en: 'must be a private IPv4 address, or a host name that the agent allows',
  },
  serial: {
    es: 'debe ser el número de serie que muestra el error device_swapped, hasta 64 caracteres ASCII',
    en: 'must be the serial number that the error device_swapped shows, up to 64 ASCII characters',
  },
  port: { es: 'debe ser un entero de 1 a 65535', en: 'must be an integer from 1 to 65535' },
  comm_key: { es: 'debe ser un entero de 0 a 4294967295', en: 'must be an integer from 0 to 4294967295' },
  timeout: { es: 'debe ser un entero de 1 a 60 (segundos)', en: 'must be an integer from 1 to 60 (seconds)' },
  transport: { es: 'debe ser tcp o udp', en: 'must be tcp or udp' },
  locks: { es: 'debe ser 1 o 2', en: 'must be 1 or 2' },
  drift: { es: 'debe ser report o repair', en: 'must be report or repair' },
  roster: { es: 'debe ser cached o strict', en: 'must be cached or strict' },
  encoding: {
    es: 'debe ser utf-8, gbk, gb18030, big5, latin1, cp1252, cp1251 o cp1256',
    en: 'must be utf-8, gbk, gb18030, big5, latin1, cp1252, cp1251 or cp1256',
  },
  timezone: {
    es: 'debe ser una zona horaria IANA, como America/La_Paz',
    en: 'must be an IANA time zone such as America/La_Paz',
  },
  site: {
    es: 'debe tener de 1 a 32 caracteres de a-z, 0-9 y "-"',
    en: 'must be 1 to 32 characters of a-z, 0-9 and "-"',
  },
  site_missing: {
    es: 'la empresa aún no tiene ninguna sede',
    en: 'the company has no site yet',
  },
  site_needed: {
    es: 'es necesario: la empresa tiene varias sedes',
    en: 'is needed: the company has several sites',
  },
  finger_index: { es: 'debe ser un entero de 0 a 9', en: 'must be an integer from 0 to 9' },
  verify: { es: 'solo puede ser readback', en: 'can only be readback' },
  state: {
    es: 'debe ser accepted, running, succeeded, failed, expired, cancelled o unknown',
    en: 'must be accepted, running, succeeded, failed, expired, cancelled or unknown',
  },
  device_state: {
    es: 'debe ser online, offline, refused, swapped, busy o unknown',
    en: 'must be online, offline, refused, swapped, busy or unknown',
  },
  operation_id: { es: 'debe ser un operation_id', en: 'must be an operation_id' },
  token: { es: 'debe ser un token de enrolamiento', en: 'must be an enrolment token' },
  csr: { es: 'debe ser una solicitud de certificado PEM', en: 'must be a PEM certificate request' },
  idempotency_key: {
    es: 'debe tener de 1 a 64 caracteres ASCII imprimibles',
    en: 'must be 1 to 64 printable ASCII characters',
  },
  not_json: {
    es: 'lo recibido no es JSON válido',
    en: 'what was received is not valid JSON',
  },
  not_an_object: {
    es: 'debe ser un objeto JSON',
    en: 'must be a JSON object',
  },
  not_allowed: { es: 'no tiene un valor admitido', en: 'does not have an allowed value' },
  required: { es: 'es requerido', en: 'is required' },
  no_parameters: {
    es: 'no existe aquí; esta ruta no tiene parámetros',
    en: 'does not exist here; this route has no parameters',
  },
  csv_quote: {
    es: 'las comillas no se cierran, o hay texto detrás de ellas',
    en: 'a quote is not closed, or there is text behind it',
  },
  csv_columns: {
    es: 'la línea no tiene tantas columnas como la primera',
    en: 'the line does not have as many columns as the first one',
  },
  csv_column: { es: 'no es una columna de este archivo', en: 'is not a column of this file' },
  csv_empty: { es: 'el archivo no tiene líneas con personas', en: 'the file has no lines with people' },
  csv_long: {
    es: 'el archivo no puede tener más de 1000 personas',
    en: 'the file can have no more than 1000 people',
  },
  csv_encoding: { es: 'el archivo no está en UTF-8', en: 'the file is not UTF-8' },
  not_there: { es: 'no existe para usted', en: 'does not exist for you' },
  no_right: {
    es: 'toca sedes donde usted no puede cambiar nada',
    en: 'is about sites where you may not change anything',
  },
  number_repeated: {
    es: 'es el mismo que el de otra línea, y ambas personas entran por una misma terminal',
    en: 'is the same as in another line, and both people come in by the same terminal',
  },
  repeated: { es: 'aparece más de una vez', en: 'is given more than once' },
  unknown_key: { es: 'no existe aquí; se admiten: {allowed}', en: 'does not exist here; allowed: {allowed}' },
} as const;

export type FieldText = keyof typeof fieldTexts;
