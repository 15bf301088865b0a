from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('adaptive', '0019_looks_at_absent_learners'),
    ]

    operations = [
        migrations.RenameField(
            model_name='snapshot',
            old_name='made_at',
            new_name='named_at',
        ),
    ]
