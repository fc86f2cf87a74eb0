// Ctrl-C (or SIGTERM, SIGHUP) cancels main as the runner does: SIGINT, after 7.5 s SIGTERM, after 2.5 s SIGKILL.
// Pressed again it takes the next step at once. Post is not cancelled with main: that takes another Ctrl-C.

import { print, yellow } from './terminal.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
// What the runner sends to cancel a step, and the milliseconds that it then waits.
const CANCEL_STEPS = [
  ['SIGINT', 7500],
  ['SIGTERM', 2500],
  ['SIGKILL', 0],
]
// npm and the terminal both pass a Ctrl-C on, within milliseconds.
const SIGNAL_REPEATS = 500

/** Listens for signals from now on until `end`. */
export function createCancellation() {
  let child
  let stage = 'main'
  let step = 0
  let timer
  let last = 0
  let cancelled = false
  const next = () => {
    clearTimeout(timer)
    if (child === undefined || step >= CANCEL_STEPS.length) return
    const [signal, wait] = CANCEL_STEPS[step++]
    child.kill(signal)
    if (wait > 0) timer = setTimeout(next, wait)
  }
  const onSignal = () => {
    if (Date.now() - last < SIGNAL_REPEATS) return
    last = Date.now()
    cancelled = true
    const clean = stage === 'main' ? '; post still cleans up' : ''
    print(yellow(step === 0 ? `Cancelling ${stage}${clean}.` : `Cancelling ${stage}, now harder${clean}.`))
    next()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    of(process) {
      child = process
      return () => {
        child = undefined
        clearTimeout(timer)
      }
    },
    toPost() {
      stage = 'post'
      step = 0
    },
    /** Whether it was cancelled. */
    end() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
      return cancelled
    },
  }
}
