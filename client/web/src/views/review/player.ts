// Where one is in the call: the position of the sound, or of the cursor where there is none.
import { signal } from '@preact/signals';

export class Player {
  /** In seconds. */
  readonly time = signal(0);
  readonly playing = signal(false);
  private readonly audio: HTMLAudioElement | undefined;
  private frame = 0;

  constructor(
    readonly duration: number,
    url: string | undefined,
  ) {
    if (!url) return;
    this.audio = new Audio(url);
    this.audio.preload = 'auto';
    this.audio.addEventListener('pause', () => this.stopped());
    this.audio.addEventListener('ended', () => this.stopped());
  }

  get hasSound(): boolean {
    return this.audio !== undefined;
  }

  seek(time: number): void {
    this.time.value = Math.min(this.duration, Math.max(0, time));
    if (this.audio) this.audio.currentTime = this.time.value;
  }

  toggle(): void {
    if (!this.audio) return;
    if (this.playing.value) return this.audio.pause();
    this.playing.value = true;
    // Refused if it was paused again at once, or cannot be played.
    this.audio.play().then(
      () => this.follow(),
      () => this.stopped(),
    );
  }

  close(): void {
    this.audio?.pause();
    cancelAnimationFrame(this.frame);
  }

  private follow(): void {
    if (!this.audio || this.audio.paused) return;
    this.time.value = this.audio.currentTime;
    this.frame = requestAnimationFrame(() => this.follow());
  }

  private stopped(): void {
    this.playing.value = false;
    cancelAnimationFrame(this.frame);
  }
}
