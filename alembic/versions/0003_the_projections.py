"""The projections: how far each has come for each client, and the coded rows that analysts query."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema projection")
    op.execute("grant usage on schema projection to care_timeline_app")
    _care_plan()
    _milestones()
    _postvention()


def downgrade() -> None:
    op.execute("drop schema projection cascade")


def _care_plan() -> None:
    op.execute("""
        create table projection.care_plan_state (
            organization_id uuid not null,
            client_id uuid not null,
            version integer not null,
            until timestamptz,
            key_id uuid not null,
            state bytea not null,
            failed_version integer,
            failed_entry_id uuid,
            failed_error text,
            failed_at timestamptz,
            primary key (organization_id, client_id)
        )""")
    _describe(
        "projection.care_plan_state",
        "How far the projection care_plan has come for each client.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        version="The timeline's version that state and rows stand for.",
        until="When the last effective entry folded in occurred; what occurred before it needs a refold.",
        key_id="The client's data key that seals the state.",
        state="The sealed state of the fold.",
        failed_version="The version at which the projection failed, if it did.",
        failed_entry_id="The entry at which it failed.",
        failed_error="The kind and place of the error, without its text.",
        failed_at="When it failed last.",
    )
    _protect("projection.care_plan_state")
    op.execute("""
        create table projection.care_plan (
            organization_id uuid not null,
            client_id uuid not null,
            registered_by uuid,
            time_zone text,
            episode_opened_by uuid,
            episode_opened_at timestamptz,
            entry_route text,
            conditions text[],
            readiness text,
            earlier_episodes integer not null,
            plan_version integer,
            plan_agreed_by uuid,
            plan_agreed_at timestamptz,
            plan_agreed_by_roles text[],
            plan_because_of uuid[],
            safety_plan_version integer,
            safety_plan_written_by uuid,
            safety_plan_written_at timestamptz,
            last_session_by uuid,
            last_session_at timestamptz,
            last_contact_by uuid,
            last_contact_at timestamptz,
            missed_in_a_row integer not null,
            last_missed_by uuid,
            last_missed_at timestamptz,
            last_lapse_by uuid,
            last_lapse_at timestamptz,
            last_lapse_overdose_danger boolean,
            primary key (organization_id, client_id)
        )""")
    _describe(
        "projection.care_plan",
        "The shared care plan, one row a client.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        registered_by="The entry that registered the client; null before registration.",
        time_zone="The client's time zone, in which their days are counted.",
        episode_opened_by="The entry of the intake that opened the episode of care.",
        episode_opened_at="When that intake was completed.",
        entry_route="The way by which the client came into care.",
        conditions="Conditions beside substance use, as found at that intake.",
        readiness="The stage of change at that intake.",
        earlier_episodes="How many episodes of care came before.",
        plan_version="The version of the shared plan: 1, 2, 3 …; null when none was agreed.",
        plan_agreed_by="The entry that agreed on it.",
        plan_agreed_at="When it was agreed.",
        plan_agreed_by_roles="The roles that agreed on it.",
        plan_because_of="The entries that this version cites: a crisis, a review, a lapse …",
        safety_plan_version="The version of the safety plan; null when none was written.",
        safety_plan_written_by="The entry that wrote it.",
        safety_plan_written_at="When it was written.",
        last_session_by="The entry of the last session that was held.",
        last_session_at="When that session was held.",
        last_contact_by="The entry of the last contact: session, check-in, answered call, crisis.",
        last_contact_at="When that contact was.",
        missed_in_a_row="Sessions missed since the last one that was held.",
        last_missed_by="The entry of the session missed last.",
        last_missed_at="When that session was missed.",
        last_lapse_by="The entry of the last lapse; null where none is recorded.",
        last_lapse_at="When that lapse was.",
        last_lapse_overdose_danger="Whether it brought danger of overdose; null: not assessed.",
    )
    _protect("projection.care_plan")
    op.execute("""
        create table projection.care_plan_substance (
            organization_id uuid not null,
            client_id uuid not null,
            number integer not null,
            put_by uuid not null,
            substance text not null,
            route text not null,
            frequency text not null,
            severity text not null,
            last_used_on date,
            primary key (organization_id, client_id, number)
        )""")
    _describe(
        "projection.care_plan_substance",
        "Substances named at the intake of the current episode.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        number="The substance's place in the intake, from 1.",
        put_by="The entry of the intake that opened the episode of care.",
        substance="The substance group.",
        route="How it was taken.",
        frequency="How often in the month before the last use.",
        severity="Severity of the substance use disorder.",
        last_used_on="The client's local day of last use, as said at intake.",
    )
    _protect("projection.care_plan_substance")
    op.execute("""
        create table projection.care_plan_intervention (
            organization_id uuid not null,
            client_id uuid not null,
            number integer not null,
            put_by uuid not null,
            strand text not null,
            techniques text[] not null,
            sessions_per_week double precision,
            primary key (organization_id, client_id, number)
        )""")
    _describe(
        "projection.care_plan_intervention",
        "Interventions of the plan's current version.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        number="The intervention's place in the plan, from 1.",
        put_by="The entry that agreed on the plan.",
        strand="The strand of care that does it.",
        techniques="The techniques planned.",
        sessions_per_week="How many sessions a week; null where not said.",
    )
    _protect("projection.care_plan_intervention")
    op.execute("""
        create table projection.care_plan_goal (
            organization_id uuid not null,
            client_id uuid not null,
            put_by uuid not null,
            category text not null,
            stabilization boolean not null,
            set_at timestamptz not null,
            baseline double precision,
            target double precision,
            target_on date,
            readings integer not null,
            reading double precision,
            measured_by uuid,
            measured_at timestamptz,
            outcome text,
            closed_by uuid,
            closed_at timestamptz,
            corrected_by uuid,
            primary key (organization_id, client_id, put_by)
        )""")
    _describe(
        "projection.care_plan_goal",
        "Goals, open and closed.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        put_by="The entry that set the goal.",
        category="What the goal is about.",
        stabilization="Short-term stabilization rather than a longer-term aim.",
        set_at="When it was set.",
        baseline="Where the client began, in the goal's unit.",
        target="Where they want to come to; may lie below the baseline.",
        target_on="By which day.",
        readings="How often it was measured.",
        reading="The latest reading; null before the first.",
        measured_by="The entry of that reading.",
        measured_at="When it was taken.",
        outcome="How the goal ended; null while it is open.",
        closed_by="The entry that closed it.",
        closed_at="When it was closed.",
        corrected_by="The last correction of that entry; null where there is none.",
    )
    _protect("projection.care_plan_goal")
    op.execute("""
        create table projection.care_plan_consent (
            organization_id uuid not null,
            client_id uuid not null,
            put_by uuid not null,
            granted_at timestamptz not null,
            purpose text not null,
            scope text[] not null,
            recipients integer not null,
            signed_on date not null,
            expires_on date not null,
            expires_at timestamptz not null,
            corrected_by uuid,
            primary key (organization_id, client_id, put_by)
        )""")
    _describe(
        "projection.care_plan_consent",
        "Consents that the client granted.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        put_by="The entry that granted the consent.",
        granted_at="When it was granted.",
        purpose="What the disclosure is for.",
        scope="What may be disclosed.",
        recipients="How many recipients it names.",
        signed_on="The day on which it was signed.",
        expires_on="The last day on which it holds, in the client's time zone.",
        expires_at="The end of that day. In force: expires_at after now.",
        corrected_by="The last correction of that entry; null where there is none.",
    )
    _protect("projection.care_plan_consent")
    op.execute("""
        create table projection.care_plan_handoff (
            organization_id uuid not null,
            client_id uuid not null,
            put_by uuid not null,
            status text not null,
            urgency text not null,
            from_role text not null,
            to_role text not null,
            requested_at timestamptz not null,
            accepted_by uuid,
            accepted_at timestamptz,
            accepted_by_role text,
            declined_by uuid,
            declined_at timestamptz,
            decline_reason text,
            completed_by uuid,
            completed_at timestamptz,
            corrected_by uuid,
            primary key (organization_id, client_id, put_by)
        )""")
    _describe(
        "projection.care_plan_handoff",
        "Handoffs. When acceptance and meeting are due stands in care_plan_obligation, because = put_by.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        put_by="The entry that requested the handoff.",
        status="requested, accepted, declined or completed.",
        urgency="How soon it had to be accepted.",
        from_role="The role that handed over.",
        to_role="The role, or outside party, that was asked to take over.",
        requested_at="When it was requested.",
        accepted_by="The entry that accepted it.",
        accepted_at="When it was accepted.",
        accepted_by_role="The role that accepted it.",
        declined_by="The entry that declined it.",
        declined_at="When it was declined.",
        decline_reason="Why it was declined.",
        completed_by="The entry that says that the client has met the receiver.",
        completed_at="When they met.",
        corrected_by="The last correction of that entry; null where there is none.",
    )
    _protect("projection.care_plan_handoff")
    op.execute("""
        create table projection.care_plan_crisis (
            organization_id uuid not null,
            client_id uuid not null,
            put_by uuid not null,
            occurred_at timestamptz not null,
            kinds text[] not null,
            tier text not null,
            unanswered text[] not null,
            overdose_danger boolean,
            noticed_by_role text not null,
            activated_roles text[] not null,
            actions text[] not null,
            attempts integer not null,
            reached_by uuid,
            reached_at timestamptz,
            outcome text,
            resolved_by uuid,
            resolved_at timestamptz,
            reviewed_by uuid,
            reviewed_at timestamptz,
            corrected_by uuid,
            primary key (organization_id, client_id, put_by)
        )""")
    _describe(
        "projection.care_plan_crisis",
        "Crises, open and resolved.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        put_by="The entry of the crisis contact.",
        occurred_at="When the client was met in the crisis.",
        kinds="What kinds of crisis it was.",
        tier="Tier of risk; unknown when it was not asked or not answered.",
        unanswered="Questions of the screener left without an answer.",
        overdose_danger="Whether there was danger of overdose; null: not assessed.",
        noticed_by_role="The role that noticed it.",
        activated_roles="The roles that were called in.",
        actions="What was done.",
        attempts="Outreach that did not reach the client.",
        reached_by="The entry of the first contact after the crisis.",
        reached_at="When that contact was.",
        outcome="How the crisis passed; null while it is open.",
        resolved_by="The entry that says so.",
        resolved_at="When it had passed.",
        reviewed_by="The entry of its postvention review.",
        reviewed_at="When that review was held.",
        corrected_by="The last correction of that entry; null where there is none.",
    )
    _protect("projection.care_plan_crisis")
    op.execute("""
        create table projection.care_plan_obligation (
            organization_id uuid not null,
            client_id uuid not null,
            kind text not null,
            because uuid not null,
            step integer not null,
            opens_at timestamptz not null,
            due_at timestamptz not null,
            met_by uuid,
            met_at timestamptz,
            released_by uuid,
            released_at timestamptz,
            primary key (organization_id, client_id, kind, because, step)
        )""")
    _describe(
        "projection.care_plan_obligation",
        "What has to happen by a time. Late: neither met nor released, and due_at before now.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        kind="What has to happen.",
        because="The entry that asks for it, which put this row here.",
        step="From 1, where one entry asks for the same several times.",
        opens_at="From when it can be met.",
        due_at="By when it has to be met.",
        met_by="The entry that met it; null where none has.",
        met_at="When it was met. Late: after due_at.",
        released_by="The entry after which it need not happen any more.",
        released_at="When it was released. Missed: after due_at.",
    )
    _protect("projection.care_plan_obligation")


def _milestones() -> None:
    op.execute("""
        create table projection.milestones_state (
            organization_id uuid not null,
            client_id uuid not null,
            version integer not null,
            until timestamptz,
            key_id uuid not null,
            state bytea not null,
            failed_version integer,
            failed_entry_id uuid,
            failed_error text,
            failed_at timestamptz,
            primary key (organization_id, client_id)
        )""")
    _describe(
        "projection.milestones_state",
        "How far the projection milestones has come for each client.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        version="The timeline's version that state and rows stand for.",
        until="When the last effective entry folded in occurred; what occurred before it needs a refold.",
        key_id="The client's data key that seals the state.",
        state="The sealed state of the fold.",
        failed_version="The version at which the projection failed, if it did.",
        failed_entry_id="The entry at which it failed.",
        failed_error="The kind and place of the error, without its text.",
        failed_at="When it failed last.",
    )
    _protect("projection.milestones_state")
    op.execute("""
        create table projection.milestone_stretch (
            organization_id uuid not null,
            client_id uuid not null,
            track text not null,
            started_on date not null,
            put_by uuid not null,
            ended_on date,
            ended_by uuid,
            primary key (organization_id, client_id, track, started_on)
        )""")
    _describe(
        "projection.milestone_stretch",
        "Stretches of recovery time; a lapse ends one and starts the next. Days: ended_on (or today) - started_on.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        track="The substance whose days are counted, or overall for all of them together.",
        started_on="The local day of the use from which days are counted.",
        put_by="The entry that told of that use: an intake or a lapse.",
        ended_on="The local day of the next use; null while the stretch goes on.",
        ended_by="The entry that told of the next use; null while the stretch goes on.",
    )
    _protect("projection.milestone_stretch")
    op.execute("""
        create table projection.milestone_step (
            organization_id uuid not null,
            client_id uuid not null,
            track text not null,
            started_on date not null,
            days integer not null,
            reached_on date not null,
            reached_at timestamptz not null,
            put_by uuid not null,
            primary key (organization_id, client_id, track, started_on, days)
        )""")
    _describe(
        "projection.milestone_step",
        "Steps of the recovery ladder: those reached, and in stretches that go on those that will come.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        track="The substance whose days are counted, or overall for all of them together.",
        started_on="The stretch in which the step lies.",
        days="The step of the ladder, in days.",
        reached_on="The local day that brings the step.",
        reached_at="When that day begins: from then on the step is reached.",
        put_by="The entry that started the stretch.",
    )
    _protect("projection.milestone_step")
    op.execute("""
        create table projection.milestone_reached (
            organization_id uuid not null,
            client_id uuid not null,
            put_by uuid not null,
            kind text not null,
            number integer not null,
            reached_at timestamptz not null,
            precision text not null,
            reached_on date not null,
            goal uuid,
            primary key (organization_id, client_id, put_by)
        )""")
    _describe(
        "projection.milestone_reached",
        "Milestones other than counted days: goals reached and close calls ridden out.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        put_by="The entry that tells of it.",
        kind="goal_reached, or close_call_ridden_out.",
        number="Which one of its kind it is; the client's first is 1.",
        reached_at="When it happened.",
        precision="How exactly reached_at is known.",
        reached_on="The local day on which it happened.",
        goal="The entry that set the goal, where a goal was reached.",
    )
    _protect("projection.milestone_reached")
    op.execute("""
        create table projection.milestone_celebration (
            organization_id uuid not null,
            client_id uuid not null,
            put_by uuid not null,
            celebrated_at timestamptz not null,
            precision text not null,
            celebrated_on date not null,
            days integer,
            track text,
            stretch_put_by uuid,
            goal uuid,
            goal_reached_by uuid,
            in_own_words boolean not null,
            primary key (organization_id, client_id, put_by)
        )""")
    _describe(
        "projection.milestone_celebration",
        "Celebrations, linked to what they celebrate.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        put_by="The entry of the celebration.",
        celebrated_at="When it was celebrated.",
        precision="How exactly celebrated_at is known.",
        celebrated_on="The local day on which it was celebrated.",
        days="How many days were celebrated, where days were.",
        track="The substance whose days were celebrated, or overall.",
        stretch_put_by="The entry that started the stretch whose days were celebrated.",
        goal="The entry that set the goal that was celebrated.",
        goal_reached_by="The entry that closed that goal as achieved.",
        in_own_words="Whether the client named something of their own.",
    )
    _protect("projection.milestone_celebration")


def _postvention() -> None:
    op.execute("""
        create table projection.postvention_state (
            organization_id uuid not null,
            client_id uuid not null,
            version integer not null,
            until timestamptz,
            key_id uuid not null,
            state bytea not null,
            failed_version integer,
            failed_entry_id uuid,
            failed_error text,
            failed_at timestamptz,
            primary key (organization_id, client_id)
        )""")
    _describe(
        "projection.postvention_state",
        "How far the projection postvention has come for each client.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        version="The timeline's version that state and rows stand for.",
        until="When the last effective entry folded in occurred; what occurred before it needs a refold.",
        key_id="The client's data key that seals the state.",
        state="The sealed state of the fold.",
        failed_version="The version at which the projection failed, if it did.",
        failed_entry_id="The entry at which it failed.",
        failed_error="The kind and place of the error, without its text.",
        failed_at="When it failed last.",
    )
    _protect("projection.postvention_state")
    op.execute("""
        create table projection.postvention_review (
            organization_id uuid not null,
            client_id uuid not null,
            crisis uuid not null,
            kinds text[] not null,
            tier text not null,
            noticed_by text not null,
            occurred_at timestamptz not null,
            precision text not null,
            due_at timestamptz not null,
            resolved_at timestamptz,
            outcome text,
            resolved_by uuid,
            reviewed_at timestamptz,
            reviewed_by uuid,
            primary key (organization_id, client_id, crisis)
        )""")
    _describe(
        "projection.postvention_review",
        "Crises and their postvention reviews, one row a crisis. Late: due_at before reviewed_at or before now.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        crisis="The entry of the crisis contact, which put this row here.",
        kinds="What kinds of crisis it was.",
        tier="Tier of risk; unknown when it was not asked or not answered.",
        noticed_by="The role that noticed the crisis.",
        occurred_at="When the client was met in the crisis.",
        precision="How exactly occurred_at is known.",
        due_at="By when the review has to be held; set by the tier.",
        resolved_at="When the crisis had passed; null while it has not.",
        outcome="How the crisis passed; null while it has not.",
        resolved_by="The entry that says that the crisis has passed.",
        reviewed_at="When the review was held; null while it is open.",
        reviewed_by="The entry of the review.",
    )
    _protect("projection.postvention_review")
    op.execute("""
        create table projection.postvention_adjustment (
            organization_id uuid not null,
            client_id uuid not null,
            review uuid not null,
            number integer not null,
            crisis uuid not null,
            kind text not null,
            asked_at timestamptz not null,
            carried_out_at timestamptz,
            carried_out_by uuid,
            primary key (organization_id, client_id, review, number)
        )""")
    _describe(
        "projection.postvention_adjustment",
        "What postvention reviews asked of the care plan, one row an adjustment.",
        organization_id="The organization whose client this is.",
        client_id="The client.",
        review="The entry of the review, which put this row here.",
        number="The adjustment's place in its review, from 1.",
        crisis="The entry of the crisis contact that was reviewed.",
        kind="How the care plan is to change.",
        asked_at="When the review was held.",
        carried_out_at="When a plan was agreed that cites the review; null while open.",
        carried_out_by="The entry of that plan; null while the adjustment is open.",
    )
    _protect("projection.postvention_adjustment")


def _describe(table: str, meaning: str, **columns: str) -> None:
    def literal(words: str) -> str:
        return "'" + words.replace("'", "''") + "'"

    op.execute(f"comment on table {table} is {literal(meaning)}")
    for column, words in columns.items():
        op.execute(f"comment on column {table}.{column} is {literal(words)}")


def _protect(table: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"""
        create policy organization_isolation on {table} using (
            organization_id = nullif(current_setting('care_timeline.organization', true), '')::uuid
        )""")
    op.execute(f"grant select, insert, update, delete on {table} to care_timeline_app")
