import {
  type Camera,
  NeutralToneMapping,
  PMREMGenerator,
  type Scene,
  SRGBColorSpace,
  type Texture,
  WebGLRenderer,
  type WebGLRenderTarget,
} from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";

/**
 * The one renderer of the page. Browsers allow few WebGL contexts, and a table may hold many models: each card
 * shows a copy of what is drawn here.
 */
export interface Darkroom {
  readonly renderer: WebGLRenderer;
  /** Soft light from all around, shared by all scenes. `null` where a processor draws: it would stand still for it. */
  readonly environment: Texture | null;
  /** Draws a scene and copies it onto a card's canvas. */
  print(scene: Scene, camera: Camera, onto: HTMLCanvasElement): void;
}

let open: { darkroom: Darkroom; users: number; close: () => void } | null = null;

/** Lends the darkroom; call the second value when done. The last to leave frees the graphics memory. */
export function enterDarkroom(): [Darkroom, () => void] {
  open ??= openDarkroom();
  const mine = open;
  mine.users += 1;
  let left = false;
  const leave = () => {
    if (left) return;
    left = true;
    mine.users -= 1;
    if (mine.users > 0) return;
    mine.close();
    if (open === mine) open = null;
  };
  return [mine.darkroom, leave];
}

function openDarkroom() {
  const renderer = new WebGLRenderer({ alpha: true, antialias: true, powerPreference: "low-power" });
  renderer.outputColorSpace = SRGBColorSpace;
  // Keeps colours as they were painted, where filmic curves bleach them.
  renderer.toneMapping = NeutralToneMapping;
  renderer.setClearColor(0x000000, 0);
  const room = isSoftware(renderer) ? null : roomLight(renderer);
  const darkroom: Darkroom = {
    renderer,
    environment: room?.texture ?? null,
    print(scene, camera, onto) {
      renderer.setRenderTarget(null);
      renderer.setSize(onto.width, onto.height, false);
      renderer.render(scene, camera);
      const paper = onto.getContext("2d");
      paper?.clearRect(0, 0, onto.width, onto.height);
      paper?.drawImage(renderer.domElement, 0, 0);
    },
  };
  const close = () => {
    room?.dispose();
    renderer.dispose();
    renderer.forceContextLoss();
  };
  return { darkroom, users: 0, close };
}

/** The reflections of a plain room. */
function roomLight(renderer: WebGLRenderer): WebGLRenderTarget {
  const generator = new PMREMGenerator(renderer);
  const room = new RoomEnvironment();
  const target = generator.fromScene(room, 0.04);
  room.dispose();
  generator.dispose();
  return target;
}

/** Whether there is no graphics processor: then the room's reflections alone would take seconds. */
function isSoftware(renderer: WebGLRenderer): boolean {
  const context = renderer.getContext();
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}
