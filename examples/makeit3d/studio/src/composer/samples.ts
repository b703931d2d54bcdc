/** A print that a newcomer can begin with. Drawn for this studio; see `artwork/`. */
export interface Sample {
  id: string;
  url: string;
  name: string;
  alt: string;
  /** What becomes of it, as an invitation. */
  caption: string;
  operation: string;
  style: string;
  prompt: string;
}

export const samples: readonly Sample[] = [
  {
    id: "cat",
    url: "/samples/cat.jpg",
    name: "toy-cat.jpg",
    alt: "A wooden toy cat on a shelf",
    caption: "Paint the cat in gouache",
    operation: "image-to-image",
    style: "gouache",
    prompt: "The same toy cat in broad gouache strokes, warm afternoon light",
  },
  {
    id: "cup",
    url: "/samples/cup.jpg",
    name: "cup.jpg",
    alt: "A red cup on its saucer on a wooden table",
    caption: "Turn the cup into 3D",
    operation: "image-to-model",
    style: "",
    prompt: "",
  },
  {
    id: "rocket",
    url: "/samples/rocket.jpg",
    name: "rocket.jpg",
    alt: "A toy rocket in front of an evening sky",
    caption: "Make a launch poster",
    operation: "image-to-image",
    style: "paper",
    prompt: "A travel poster of a night launch, flat shapes, few colours",
  },
  {
    id: "house",
    url: "/samples/house.jpg",
    name: "little-house.jpg",
    alt: "A little wooden house beside a round tree",
    caption: "Give the house a body",
    operation: "image-to-model",
    style: "",
    prompt: "",
  },
];
