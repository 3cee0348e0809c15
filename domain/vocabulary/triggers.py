"""What comes before a craving, a lapse or a crisis, and what is felt around it."""

from domain.vocabulary.terms import Term


class Trigger(Term):
    """What tends to come before a craving, a lapse or a crisis (R02, R15)."""

    CONFLICT = "conflict"
    LOSS = "loss"
    LONELINESS = "loneliness"
    WORK_STRESS = "work_stress"
    MONEY_WORRY = "money_worry"
    PHYSICAL_PAIN = "physical_pain"
    INSOMNIA = "insomnia"
    WITHDRAWAL = "withdrawal"
    PLACE = "place"
    PEOPLE = "people"
    CELEBRATION = "celebration"
    ANNIVERSARY = "anniversary"
    TRAUMA_REMINDER = "trauma_reminder"
    HOUSING_LOSS = "housing_loss"
    OTHER = "other"


class Emotion(Term):
    """Feelings around an urge, a lapse or a crisis."""

    ANXIETY = "anxiety"
    SADNESS = "sadness"
    ANGER = "anger"
    SHAME = "shame"
    GRIEF = "grief"
    LONELINESS = "loneliness"
    BOREDOM = "boredom"
    FEAR = "fear"
    JOY = "joy"
    NUMBNESS = "numbness"
    OTHER = "other"
