"""What comes before a craving, a lapse or a crisis, and what is felt around it."""

from domain.vocabulary.terms import Term


class Trigger(Term):
    """What tends to come before a craving, a lapse or a crisis (R02, R15)."""

    CONFLICT = "conflict", "A conflict with somebody."
    LOSS = "loss", "A loss."
    LONELINESS = "loneliness", "Being or feeling alone."
    WORK_STRESS = "work_stress", "Strain at work."
    MONEY_WORRY = "money_worry", "Worry about money."
    PHYSICAL_PAIN = "physical_pain", "Pain of the body."
    INSOMNIA = "insomnia", "Not being able to sleep."
    WITHDRAWAL = "withdrawal", "Signs of withdrawal."
    PLACE = "place", "A place that reminds of use."
    PEOPLE = "people", "People with whom the client used, or who use."
    CELEBRATION = "celebration", "Something to celebrate."
    ANNIVERSARY = "anniversary", "The anniversary of something, such as a loss."
    TRAUMA_REMINDER = "trauma_reminder", "Something that reminds of trauma."
    HOUSING_LOSS = "housing_loss", "Losing the place to live, or the fear of it."
    OTHER = "other", "Something else."


class Emotion(Term):
    """Feelings around an urge, a lapse or a crisis."""

    ANXIETY = "anxiety", "Unease about what may come."
    SADNESS = "sadness", "Sadness."
    ANGER = "anger", "Anger."
    SHAME = "shame", "Feeling bad about oneself."
    GRIEF = "grief", "Mourning a loss."
    LONELINESS = "loneliness", "Feeling alone."
    BOREDOM = "boredom", "Having nothing that matters to do."
    FEAR = "fear", "Fear of something that is there."
    JOY = "joy", "Joy."
    NUMBNESS = "numbness", "Feeling nothing."
    OTHER = "other", "Another feeling."
