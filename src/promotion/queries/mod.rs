//! Stories as their readers see them: the producer its own, reviewers what was handed in within their reach, the public what is shown today.

mod public;
mod story;

pub use public::{PublicPicture, PublicStory, public_picture, public_stories, public_story};
pub use story::{
    ConsentChoice, FlagView, StoriesAsked, StoryPoint, StoryStep, StoryView, find_stories, flagged, products_to_tell, standing_consents,
    stories, story, waiting_stories,
};
