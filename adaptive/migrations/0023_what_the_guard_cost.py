from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('adaptive', '0022_rules_fire_again_once_switched_on_again'),
    ]

    operations = [
        migrations.AddField(
            model_name='recommendation',
            name='expected_score',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='guard_cost',
            field=models.FloatField(null=True),
        ),
    ]
