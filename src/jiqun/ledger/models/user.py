"""Account of a person 账号."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who signs in.  What they may do is in their role grants, not in Django's groups."""

    display_name = models.CharField(max_length=80, blank=True, default="")

    class Meta(AbstractUser.Meta):
        db_table = "ledger_user"
