/** How is something done when somebody calls, and never twice at once? Whoever calls meanwhile has it done once more. */

export interface OneAtATime {
  /** Do it now, or as soon as what is being done has ended. */
  call(): void;
  /** Calls are not heard any more; resolves when what is being done has ended. */
  end(): Promise<void>;
}

/** `failed` is told of what went wrong; the next call tries again. */
export function oneAtATime(act: () => Promise<unknown>, failed: (error: unknown) => void): OneAtATime {
  let running: Promise<unknown> | null = null;
  let again = false;
  let ended = false;

  const call = () => {
    if (ended) return;
    if (running !== null) {
      again = true;
      return;
    }
    again = false;
    running = act()
      .catch(failed)
      .finally(() => {
        running = null;
        if (again) call();
      });
  };
  return {
    call,
    end: async () => {
      ended = true;
      await running;
    },
  };
}
