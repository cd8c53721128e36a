// Nobody at the keyboard: pages stop asking, so that the session ends when it should.
import { focusManager } from '@tanstack/react-query';
import { useEffect } from 'react';
import { onSignedOut } from '../api/client.ts';

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
/** Pages stop asking after this part of the session's time. */
const PART = 0.5;

/** Stops all asking by itself after some time without a hand; 0 seconds: never. */
export function useIdle(sessionSeconds: number): void {
  useEffect(() => {
    if (sessionSeconds === 0) return;
    let timer: ReturnType<typeof setTimeout>;
    let isIdle = false;
    const sleep = () => {
      isIdle = true;
      focusManager.setFocused(false);
    };
    const wake = () => {
      clearTimeout(timer);
      timer = setTimeout(sleep, sessionSeconds * 1000 * PART);
      if (!isIdle) return;
      isIdle = false;
      focusManager.setFocused(undefined);
    };
    wake();
    for (const sign of SIGNS) window.addEventListener(sign, wake, { passive: true });
    const stop = onSignedOut(() => clearTimeout(timer));
    return () => {
      clearTimeout(timer);
      stop();
      for (const sign of SIGNS) window.removeEventListener(sign, wake);
    };
  }, [sessionSeconds]);
}
