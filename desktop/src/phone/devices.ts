/** Microphone and headset: what there is, what was chosen, and how loud it is. */

export interface Device {
  id: string;
  label: string;
}

export interface Devices {
  inputs: Device[];
  outputs: Device[];
  /** Empty: the browser's own choice. */
  input: string;
  output: string;
}

const KEYS = { input: "cornetta.phone.input", output: "cornetta.phone.output" } as const;

export const chosen = (which: "input" | "output"): string => window.localStorage.getItem(KEYS[which]) ?? "";

export const choose = (which: "input" | "output", id: string): void => window.localStorage.setItem(KEYS[which], id);

/** What is plugged in. Labels are known once the microphone was allowed. */
export async function pluggedIn(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind): Device[] =>
    all.filter((each) => each.kind === kind && each.deviceId !== "").map(({ deviceId: id, label }) => ({ id, label }));
  const [inputs, outputs] = [of("audioinput"), of("audiooutput")];
  const known = (list: Device[], id: string): string => (list.some((each) => each.id === id) ? id : "");
  return { inputs, outputs, input: known(inputs, chosen("input")), output: known(outputs, chosen("output")) };
}

/** The chosen microphone, or another where it is not plugged in. */
export function openMicrophone(): Promise<MediaStream> {
  const id = chosen("input");
  return navigator.mediaDevices.getUserMedia({ audio: id === "" ? true : { deviceId: { ideal: id } } });
}

/** Loudness of a stream, measured when it is asked for. */
export class Meter {
  private context: AudioContext | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private analyser: AnalyserNode | null = null;
  private samples = new Float32Array(1024);

  listen(stream: MediaStream): void {
    this.context ??= new AudioContext();
    this.source?.disconnect();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = this.samples.length;
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.analyser);
  }

  /** 0 to 100, of which speech reaches about half. */
  level(): number {
    if (this.analyser === null) {
      return 0;
    }
    this.analyser.getFloatTimeDomainData(this.samples);
    const square = this.samples.reduce((sum, each) => sum + each * each, 0) / this.samples.length;
    return Math.min(100, Math.sqrt(square) * 300);
  }

  close(): void {
    this.source?.disconnect();
    void this.context?.close();
    this.context = this.source = this.analyser = null;
  }
}
