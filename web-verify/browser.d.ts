// What browsers have and TypeScript's description of them has not.

interface QrDetector {
  detect(source: ImageBitmapSource): Promise<{ rawValue: string; boundingBox: DOMRectReadOnly }[]>
}

declare var BarcodeDetector:
  | {
      new (options: { formats: string[] }): QrDetector
      getSupportedFormats(): Promise<string[]>
    }
  | undefined
