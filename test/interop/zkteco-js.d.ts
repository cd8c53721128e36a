// The part of zkteco-js that the interop tests use; the package ships no types.
declare module 'zkteco-js' {
  interface User {
    readonly uid: number;
    readonly role: number;
    readonly password: string;
    readonly name: string;
    readonly cardno: number;
    readonly userId: string;
  }

  interface Punch {
    readonly sn: number;
    readonly user_id: string;
    /** A Date as text. */
    readonly record_time: string;
    readonly type: number;
    readonly state: number;
  }

  export default class Zkteco {
    /** `timeout` in ms for each exchange; `inport` is the local UDP port. */
    constructor(ip: string, port: number, timeout: number, inport: number);
    readonly ztcp: { readonly socket: import('node:net').Socket | null };
    /** Connects and says hello (1000). */
    createSocket(onError?: (error: Error) => void, onClose?: (kind: string) => void): Promise<boolean>;
    getUsers(): Promise<{ readonly data: readonly User[] }>;
    getAttendances(): Promise<{ readonly data: readonly Punch[] }>;
    getInfo(): Promise<{
      readonly userCounts: number;
      readonly logCounts: number;
      readonly logCapacity: number;
    }>;
    getSerialNumber(): Promise<string>;
    getDeviceName(): Promise<string>;
    getPlatform(): Promise<string>;
    getFirmware(): Promise<string>;
    getTime(): Promise<Date>;
    setTime(time: Date): Promise<Buffer>;
    /** The answer without its frame: whether it is a refusal is for the caller to see. */
    setUser(
      uid: number,
      userId: string,
      name: string,
      password: string,
      role?: number,
      card?: number,
    ): Promise<Buffer>;
    deleteUser(uid: number): Promise<Buffer>;
    disableDevice(): Promise<Buffer>;
    enableDevice(): Promise<Buffer>;
    disconnect(): Promise<unknown>;
  }
}
