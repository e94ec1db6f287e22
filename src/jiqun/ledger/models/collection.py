"""What an office collects 报送: the collection, one answer per respondent, notices, and forms an office made itself."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when
from jiqun.ledger.models.role_grant import SCOPE_KINDS

COLLECTION_STATES = ("open", "closed")
ANSWER_STATES = ("waiting", "draft", "sent", "returned", "accepted")
RESPONDENT_KINDS = ("enterprise", "region")
NOTICE_KINDS = ("opened", "reminder", "returned", "closed")


class Collection(models.Model):
    """One collection; its cells are kept as they stood when it was opened.

    deadline   first instant that is late
    narrowing  how the respondents were chosen
    """

    id = KeyField(max_length=40, primary_key=True)
    title = models.CharField(max_length=200)
    form = KeyField(max_length=80)
    respondents = KeyField(max_length=16)
    cells = models.JSONField(default=list)
    period = KeyField(max_length=40)
    deadline = models.DateTimeField()
    scope_kind = KeyField(max_length=16, default="all")
    scope_key = KeyField(max_length=200, blank=True, default="")
    narrowing = models.JSONField(default=dict)
    synthetic = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")
    state = KeyField(max_length=16, default="open")
    opened_by = models.CharField(max_length=150)
    opened_at = models.DateTimeField()
    closed_by = models.CharField(max_length=150, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_collection"
        indexes = (models.Index(fields=["state", "deadline"], name="collection_state"),)
        constraints = (
            one_of("state", COLLECTION_STATES, name="collection_state_word"),
            one_of("respondents", RESPONDENT_KINDS, name="collection_respondents"),
            one_of("scope_kind", SCOPE_KINDS, name="collection_scope_kind"),
            who_and_when("closed_by", "closed_at", name="collection_closed_pair"),
        )


class CollectionAnswer(models.Model):
    """One respondent's answer.

    typed     cell → text as typed; a cell that is not there was not touched, an empty one was cleared
    reasons   cell → why a warning may stand
    sent      cell → {"value", "fact"} as it was sent last
    """

    collection = KeyField(max_length=40)
    respondent = KeyField(max_length=200)
    label = models.CharField(max_length=300)
    region = KeyField(max_length=6, blank=True, default="")
    industry = KeyField(max_length=8, blank=True, default="")
    state = KeyField(max_length=16, default="waiting")
    typed = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    sent = models.JSONField(default=dict)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.CharField(max_length=150, blank=True, default="")
    batch = KeyField(max_length=40, blank=True, default="", db_index=True)
    judged_by = models.CharField(max_length=150, blank=True, default="")
    judged_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(max_length=300, blank=True, default="")
    updated_by = models.CharField(max_length=150, blank=True, default="")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_collection_answer"
        indexes = (models.Index(fields=["respondent", "state"], name="collection_answer_of"),)
        constraints = (
            one_of("state", ANSWER_STATES, name="collection_answer_state"),
            who_and_when("sent_by", "sent_at", name="collection_answer_sent"),
            who_and_when("judged_by", "judged_at", name="collection_answer_judged"),
            models.UniqueConstraint(fields=["collection", "respondent"], name="collection_answer_once"),
        )


class CollectionNotice(models.Model):
    """A notice to one respondent, shown where it works until it was seen."""

    collection = KeyField(max_length=40)
    respondent = KeyField(max_length=200)
    kind = KeyField(max_length=16)
    text = models.CharField(max_length=500)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    seen_by = models.CharField(max_length=150, blank=True, default="")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_collection_notice"
        indexes = (
            models.Index(fields=["collection", "respondent"], name="collection_notice_to"),
            models.Index(fields=["respondent", "id"], name="collection_notice_of"),
        )
        constraints = (
            one_of("kind", NOTICE_KINDS, name="collection_notice_kind"),
            who_and_when("seen_by", "seen_at", name="collection_notice_seen"),
        )


class CollectionForm(models.Model):
    """A form an office put together from the catalogue of indicators."""

    key = KeyField(max_length=80, primary_key=True)
    label_zh = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200, blank=True, default="")
    respondents = KeyField(max_length=16)
    cells = models.JSONField(default=list)
    scope_kind = KeyField(max_length=16, default="all")
    scope_key = KeyField(max_length=200, blank=True, default="")
    saved_by = models.CharField(max_length=150)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_collection_form"
        constraints = (
            one_of("respondents", RESPONDENT_KINDS, name="collection_form_respondents"),
            one_of("scope_kind", SCOPE_KINDS, name="collection_form_scope_kind"),
        )
